"""`cab plugins`."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click

from cab_core.errors import UnknownName
from cab_core.plugins.loader import PluginRow
from cab_core.plugins.registry import Plugins

from . import options
from .group import Group, pass_plugins
from .rows import print_table
from .text import one_line, plain, say


@click.group(cls=Group)
def command() -> None:
    """List, explain and check plugins."""


@command.command("list")
@options.as_json
@pass_plugins
def list_plugins(plugins: Plugins, as_json: bool) -> int:
    """List every object that a plugin offers, and every plugin that cannot be used."""
    rows = sorted(plugins.rows, key=lambda r: (r.kind, r.name, r.owner))
    if as_json:
        click.echo(json.dumps([_as_json(r) for r in rows], indent=1))
        return 0
    _print(rows)
    return 0


def _as_json(row: PluginRow) -> dict[str, str | None]:
    """One row; others build on these names."""
    return {
        "name": row.name,
        "distribution": row.distribution,
        "version": row.version,
        "kind": row.kind,
        "status": row.status,
        "fault": row.fault,
        "entry_point": row.entry_point,
        "summary": row.summary,
    }


def _print(rows: Sequence[PluginRow]) -> None:
    told = ((r, one_line(r.fault or r.summary, 200)) for r in rows)
    cells = [(r.kind, r.name, f"{r.owner} {r.version}", r.status, says) for r, says in told]
    print_table(cells, ("kind", "name"), ("plugin", "status", "says"))


@command.command
@click.argument("name")
@options.as_json
@pass_plugins
def info(plugins: Plugins, name: str, as_json: bool) -> int:
    """Explain one object or entry point, and say what is wrong with it."""
    from cab_core.checks.rows import faults_of

    rows = [r for r in plugins.rows if name in (r.name, r.entry_point, r.distribution, r.owner)]
    if not rows:
        raise UnknownName("plugin", name, {r.name for r in plugins.rows})
    found = [(_as_json(row), faults) for row, faults in zip(rows, faults_of(plugins, rows), strict=True)]
    if as_json:
        click.echo(json.dumps([{**row, "faults": faults} for row, faults in found], indent=1))
        return 0
    for row, faults in found:
        for label, value in row.items():
            say(f"{label:<13} {plain(value) if value else '-'}", indent=14)
        for fault in faults:
            say(f"{'wrong':<13} {plain(fault)}", indent=14)
        click.echo()
    return 0


@command.command
@options.as_json
@pass_plugins
def doctor(plugins: Plugins, as_json: bool) -> int:
    """Make every object, ask it what a run would, say what is wrong, and exit 1 where something is."""
    from cab_core.checks.rows import faults_of

    checked = zip(plugins.rows, faults_of(plugins, plugins.rows), strict=True)
    found = [(row, fault) for row, faults in checked for fault in faults]
    if as_json:
        click.echo(json.dumps([{**_as_json(row), "fault": fault} for row, fault in found], indent=1))
    else:
        for _, fault in found:
            say(plain(fault))
        click.echo(f"{len(plugins.rows)} objects and plugins, {len(found)} faults")
    return 1 if found else 0
