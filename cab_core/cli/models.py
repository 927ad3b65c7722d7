"""`cab models`."""

from __future__ import annotations

import os
from typing import Any

import click

from cab_core.errors import UpstreamError, UserError
from cab_core.gateway.models import ConfigDoc, EndpointChoice, Model, ModelDoc, resolve
from cab_core.probe.ping import Ping, listed, ping
from cab_core.probe.spoken import SPOKEN, USUAL

from . import options
from .group import Group
from .rows import print_table
from .table import print_json
from .text import one_line, say

_PATIENCE_S = 60.0
_ANY = "any"  # a model of an endpoint that is asked for its list


@click.group(cls=Group)
def command() -> None:
    """List models, and see whether they answer."""


@command.command("list")
@options.endpoint
@options.as_json
def list_all(endpoint: str | None, key: str | None, key_env: str | None, as_json: bool) -> int:
    """List the models of cab.toml; with --endpoint, those that it says it has."""
    config, choice = options.config(), options.choice_of(endpoint, key, key_env)
    rows = (
        _of_endpoint(choice, config)
        if endpoint
        else [_of_config(n, m, config) for n, m in config.models.items()]
    )
    if as_json:
        print_json(rows)
    elif rows:
        _print(rows)
    else:
        say("cab.toml names no model; --endpoint URL lists those of an endpoint.")
    return 0


def _of_config(name: str, found: ModelDoc, config: ConfigDoc) -> dict[str, Any]:
    served = config.endpoint_at(found.endpoint)
    protocols = found.protocols or (served.protocols if served else ())
    return {
        "model": name,
        "endpoint": found.endpoint,
        "protocols": list(protocols),
        "key_env": found.key_env,
        "key_set": bool(os.environ.get(found.key_env)) if found.key_env else None,
        "price": {"input": found.price.input, "output": found.price.output} if found.price else None,
        "priced_as": found.priced_as,
        "context_tokens": found.context_tokens,
    }


def _of_endpoint(choice: EndpointChoice, config: ConfigDoc) -> list[dict[str, Any]]:
    """Return a row for each model that an endpoint lists.

    Raises:
        UpstreamError: it lists none.
    """
    model = resolve(_ANY, choice, config)
    found, why = listed(model, SPOKEN[next(iter(model.protocols), USUAL)])
    if found is None:
        raise UpstreamError(f"{model.endpoint} sent no list of models: {why}")
    return [{"model": name, "endpoint": model.endpoint, "context_tokens": n} for name, n in found.items()]


def _print(rows: list[dict[str, Any]]) -> None:
    columns = [
        (
            one_line(r["model"]),
            one_line(r["endpoint"]),
            ", ".join(r.get("protocols", ())),
            _key(r),
            _figure(r["context_tokens"]),
        )
        for r in rows
    ]
    print_table(columns, ("model",), ("endpoint", "protocols", "key"), ("context",))


def _key(row: dict[str, Any]) -> str:
    name = row.get("key_env")
    return "" if name is None else f"{name} ({'set' if row['key_set'] else 'not set'})"


def _figure(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"


@command.command("ping")
@click.argument("models", nargs=-1, metavar="[ID]...")
@click.option("--timeout", "patience_s", type=click.FloatRange(min=1), default=_PATIENCE_S, show_default=True,
              help="seconds for one")  # fmt: skip
@options.endpoint
@options.as_json
def ping_all(
    models: tuple[str, ...], patience_s: float, endpoint: str | None, key: str | None, key_env: str | None,
    as_json: bool,
) -> int:  # fmt: skip
    """Ask models for a few words, in the first protocol that is known of each; without names, cab.toml's.

    Exit 1 where one does not answer. `cab check --probe-only` finds out more of one.
    """
    config, choice = options.config(), options.choice_of(endpoint, key, key_env)
    names = models or tuple(config.models)
    if not names:
        raise UserError("no model is named, and cab.toml has none: cab models ping ID --endpoint URL")
    found = [_ping(resolve(name, choice, config), patience_s, as_json) for name in names]
    if as_json:
        print_json([f.row() for f in found])
    return 0 if all(f.ok for f in found) else 1


def _ping(model: Model, patience_s: float, quiet: bool) -> Ping:
    if model.endpoint is None:
        raise UserError(f"{model.id} is a script and answers by itself: there is no endpoint to ask")
    protocol = next(iter(model.protocols), USUAL)
    if protocol not in SPOKEN:
        raise UserError(
            f"{model.id}: {protocol} is a plugin's, and cannot be asked here; `cab check` runs a cell in it"
        )
    found = ping(model, SPOKEN[protocol], patience_s)
    if not quiet:
        say(f"{'ok  ' if found.ok else 'BAD '}{one_line(model.id)}  {one_line(found.says, 300)}")
    return found
