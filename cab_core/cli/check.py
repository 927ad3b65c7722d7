"""`cab check`: the reader's own endpoint, looked at, and then one task with it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
import click

from cab_core.declared.reading import find_cli
from cab_core.errors import UserError
from cab_core.gateway.models import EndpointChoice, Model, resolve
from cab_core.plugins.registry import Plugins
from cab_core.probe.record import Probe
from cab_core.probe.spoken import USUAL
from cab_core.records import Limits, Sweep
from cab_core.store.cells import Store
from cab_core.sweep.match import match
from cab_core.sweep.plan import check_price
from cab_core.tasks.catalog import Catalog

from . import options
from .checked import print_checked
from .doctor import look
from .group import pass_plugins
from .probing import probe_endpoint
from .session import run_sweep
from .table import as_row, print_json
from .text import say


def _one(_: click.Context, option: click.Parameter, said: tuple[str, ...]) -> str | None:
    """Return the one that was named: `cab run` takes several, and here none is dropped in silence."""
    if len(said) > 1:
        raise click.BadParameter(f"`cab check` takes one, got {len(said)}: {', '.join(said)}", param=option)
    return said[0] if said else None


@click.command
@click.option("--tui", metavar="NAME|FILE[@VERSION]", multiple=True, callback=_one, help="the CLI")
@click.option("--model", metavar="ID", multiple=True, callback=_one, help="the model")
@click.option("--task", metavar="ID", multiple=True, callback=_one, help="the task")
@click.option("--probe-only", is_flag=True, help="look at the endpoint, run nothing; wants --model alone")
@click.option("--no-probe", is_flag=True, help="run the task without looking at the endpoint first")
@click.option(
    "--probe-timeout", "patience", type=click.FloatRange(min=1), metavar="SECONDS",
    help="for each call of the probe  [60; 10 where the endpoint does not even send its list of models]",
)  # fmt: skip
@options.limits
@options.endpoint
@click.option("--runs", type=click.Path(path_type=Path), help="keep the cell there  [nothing is kept]")
@options.pack
@options.as_json
@pass_plugins
def command(plugins: Plugins, /, **said: Any) -> int:
    """Look at your own endpoint, then try one task with it. Without options: look at this machine.

    The score is provisional. The probe sends some ten short calls, and says what the endpoint can do, how
    fast it is and which --wall and -j that suggests. That --wall is the task's, unless one is given.
    """
    names = (said["tui"], said["model"], said["task"])
    if not any(names) and not said["probe_only"]:
        return look(plugins, said["as_json"])
    _check_names(plugins, said)
    choice = options.choice_of(said["endpoint"], said["key"], said["key_env"])
    model = resolve(said["model"], choice, options.config())
    check_price(model, _limits(said))
    protocol = _protocol(plugins, model, said["tui"])
    probe = None
    if not said["no_probe"]:
        probe = probe_endpoint(model, protocol, said["patience"], said["as_json"])
    unusable = probe is not None and not probe.usable
    if unusable or said["probe_only"]:
        _print_probe(probe, said["as_json"], told=not said["probe_only"])
        return 1 if unusable else 0
    return _run(plugins, said, choice, probe)


def _check_names(plugins: Plugins, said: dict[str, Any]) -> None:
    """See that there is what was named, before an endpoint is asked for anything."""
    if said["probe_only"]:
        if said["model"] is None or said["no_probe"]:
            raise UserError("cab check --probe-only needs --model, and no --no-probe")
        return
    if not all(said[name] for name in ("tui", "model", "task")):
        raise UserError("cab check needs --tui, --model and --task together (or none of them)")
    plugins.adapter(find_cli(plugins, said["tui"])[0])
    Catalog(plugins, said["packs"]).select((said["task"],))
    if said["runs"] is not None:
        Store(said["runs"]).check_writable()


def _protocol(plugins: Plugins, model: Model, tui: str | None) -> str:
    """Return the protocol that the CLI would speak with the model; without a CLI the first of the model's.

    Raises:
        UserError: they have none in common, or nothing here speaks it.
    """
    if tui is not None:
        return match(plugins.adapter(find_cli(plugins, tui)[0]), model, plugins).name
    return plugins.protocol(next(iter(model.protocols), USUAL)).name


def _print_probe(probe: Probe | None, as_json: bool, told: bool) -> None:
    if as_json:
        print_json({"probe": probe and attrs.asdict(probe), "cells": []})
    elif told:
        say("No cell was run: the endpoint answers no call. --no-probe runs it all the same.")


def _run(plugins: Plugins, said: dict[str, Any], choice: EndpointChoice, probe: Probe | None) -> int:
    quiet, limits = said["as_json"], _limits(said, probe)
    sweep = Sweep(
        tuis=(said["tui"],), models=(said["model"],), tasks=(said["task"],), sweep_id="check", limits=limits
    )
    if not quiet:
        say(f"Running {said['task']} with --wall {limits.wall_s:g}")
    with _kept(said["runs"]) as runs:
        results, code = run_sweep(sweep, plugins, choice, runs, said["packs"], quiet=quiet)
        if quiet:
            rows = [{**as_row(r), "provisional": True} for _, r in results]
            print_json({"probe": probe and attrs.asdict(probe), "cells": rows})
        else:
            print_checked(results, said["runs"])
    return code


def _limits(said: dict[str, Any], probe: Probe | None = None) -> Limits:
    """Return what the command line says, and of the wall limit else what the probe suggests."""
    wall = said["wall"] or (probe.wall_s if probe else None)
    return options.limits_of(Limits(), wall, said["max_calls"], said["max_tokens"], said["max_usd"])


@contextmanager
def _kept(runs: Path | None) -> Iterator[Path]:
    """Yield where the cell is written: what is asked for, or a directory that is gone afterwards."""
    if runs is not None:
        yield runs
        return
    with tempfile.TemporaryDirectory(prefix="cab-check-") as made:
        yield Path(made)
