"""What a worker must know to plan a cell of a sweep again: plain data without a credential."""

from __future__ import annotations

import json
import os
import platform
import secrets
from collections.abc import Iterable
from pathlib import Path

import attrs

from cab_core import __version__
from cab_core.declared.reading import FILE, declares
from cab_core.gateway.models import REPLAY, ConfigDoc, EndpointChoice
from cab_core.plugins.loader import PluginRow
from cab_core.plugins.registry import Plugins
from cab_core.records import Cell, Json, Sweep, from_json, to_json
from cab_core.tasks.stacks import path_of

BY = "cab_core.sweep.carry:carry"  # what carries a cell out
HANDED = "CAB_WORKER_KEYS"  # variable of a worker that the runner starts itself: its keys, as JSON
GIVEN = "--key"  # stands there for a key that has no variable


@attrs.frozen(kw_only=True)
class Portable:
    """A sweep as a worker has it. Paths are absolute: they must lead to the same there.

    `run`: tells this run from others of the same sweep. `variables`: those that held a key; `key_env`: the
    one of the endpoint's. `versions`: of everything that no content key holds, such as scorers and Python.
    """

    by: str = BY
    run: str
    versions: dict[str, str]
    sweep: Sweep
    config: ConfigDoc
    endpoint: str | None
    key_env: str | None
    variables: tuple[str, ...]
    packs: tuple[str, ...]
    plugin_paths: tuple[str, ...]
    disabled: tuple[str, ...]

    def dump(self) -> bytes:
        """Return it as JSON."""
        return json.dumps(to_json(self)).encode()


@attrs.frozen(kw_only=True)
class CarriedCell:
    """One cell as a worker is told of it; the keys are those that the runner planned."""

    cell: Cell
    content_key: str
    grader_key: str

    def dump(self) -> bytes:
        """Return it as JSON."""
        return json.dumps(to_json(self)).encode()


def portable(
    sweep: Sweep, plugins: Plugins, packs: Iterable[Path], choice: EndpointChoice, config: ConfigDoc
) -> Portable:
    """Return a sweep as workers get it; `choice` has taken the keys of its models."""
    commands = {e.key_command for e in config.endpoints.values()}
    variables = tuple(name for name in choice.taken if name not in commands)
    key_env = next((n for n in variables if choice.key and choice.taken[n] == choice.key), None)
    return Portable(
        run=secrets.token_hex(8),
        versions=versions(plugins),
        sweep=absolute(sweep),
        config=config,
        endpoint=choice.url,
        key_env=key_env or (GIVEN if choice.key else None),
        variables=variables,
        packs=tuple(map(os.path.abspath, packs)),
        plugin_paths=tuple(map(os.path.abspath, plugins.paths)),
        disabled=plugins.disabled,
    )


def handed_over(choice: EndpointChoice) -> dict[str, str]:
    """Return the variables of a worker that is started here: all keys that were taken, or printed."""
    keys = {**choice.taken, **({GIVEN: choice.key} if choice.key else {})}
    return {HANDED: json.dumps(keys)} if keys else {}


def versions(plugins: Plugins) -> dict[str, str]:
    """Return what a cell may depend on that its content key does not hold, by a name for people.

    Plugins are those that are loaded; a CLI of a file is in the content key of its cells.
    """
    found = {"cab": __version__, "Python": ".".join(platform.python_version_tuple()[:2])}
    rows = (row for row in plugins.rows if row.distribution != FILE)
    return found | {f"plugin {row.entry_point}": _version(row) for row in rows}


def _version(row: PluginRow) -> str:
    return f"{row.distribution} {row.version}" if row.status == "ok" else row.status


def absolute(sweep: Sweep) -> Sweep:
    """Return a sweep whose paths are absolute, but for those of `replay:`, which are a model's name."""
    return attrs.evolve(
        sweep,
        tuis=tuple(os.path.abspath(t) if declares(t) else t for t in sweep.tuis),  # noqa: PTH100
        stacks=tuple(map(_stack, sweep.stacks)),
        record=None,
    )


def relative_record(sweep: Sweep) -> str | None:
    """Return a model of the sweep that is a relative path, which no worker could follow."""
    found = (m for m in sweep.models if m.startswith(REPLAY))
    return next((m for m in found if not os.path.isabs(m.removeprefix(REPLAY))), None)  # noqa: PTH117


def _stack(text: str) -> str:
    name, path = path_of(text)
    if path is None:
        return text
    there = os.path.abspath(path)  # noqa: PTH100
    return f"{name}={there}" if name else there


def read_portable(document: Json) -> Portable:
    """Return what `Portable.dump` wrote."""
    return from_json(document, Portable)
