"""`cab plugins`."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click

from cab_core.errors import UnknownName
from cab_core.plugins.loader import PluginRow
from cab_core.plugins.registry import Plugins

from . import options
from .text import one_line, plain


@click.group
def command() -> None:
    """List, explain and check plugins."""


@command.command("list")
@options.as_json
@click.pass_obj
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
    cells = [(r.kind, r.name, f"{r.owner} {r.version}", r.status, r.fault or r.summary) for r in rows]
    widths = [max((len(c[i]) for c in cells), default=0) for i in range(4)]
    for cell in cells:
        head = "  ".join(plain(text).ljust(w) for text, w in zip(cell, widths, strict=False))
        click.echo(f"{head}  {one_line(cell[4], 200)}")


@command.command
@click.argument("name")
@click.pass_obj
def info(plugins: Plugins, name: str) -> int:
    """Explain one object or entry point."""
    rows = [r for r in plugins.rows if name in (r.name, r.entry_point, r.distribution, r.owner)]
    if not rows:
        raise UnknownName("plugin", name, {r.name for r in plugins.rows})
    for row in rows:
        for label, value in _as_json(row).items():
            click.echo(f"{label:<13} {plain(value) if value else '-'}")
        click.echo()
    return 0


@command.command
@click.pass_obj
def doctor(plugins: Plugins) -> int:
    """Say what is wrong with which plugin, make every object once, and exit 1 where something is."""
    from cab_core.errors import UserError

    faults = [f"{r.owner}: {r.name}: {r.fault}" for r in plugins.faults()]
    for row in plugins.rows:
        if row.status == "ok" and row.registration is not None:
            try:
                plugins.get(row.kind, row.name)  # type: ignore[arg-type]  # a registration's kind is a Kind
            except UserError as exc:
                faults.append(str(exc))
    for fault in faults:
        click.echo(plain(fault))
    click.echo(f"{len(plugins.rows)} objects and plugins, {len(faults)} faults")
    return 1 if faults else 0
