"""`cab plugins`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import click

from cab_core.errors import UnknownName
from cab_core.plugins.loader import PluginRow
from cab_core.plugins.registration import HOOK_KINDS
from cab_core.plugins.registry import Plugins

from . import options
from .group import Group, pass_plugins
from .output import put
from .plugins_harvest import command as harvest
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
        put(json.dumps([_as_json(r) for r in rows], indent=1))
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
    from cab_core.checks.details import details_of
    from cab_core.checks.rows import faults_of

    rows = _named(plugins, name)
    # First what they are: that makes them, and takes the time of it.
    told = [{**_as_json(row), **details_of(plugins, row)} for row in rows]
    found = list(zip(told, faults_of(plugins, rows), strict=True))
    if as_json:
        put(json.dumps([{**row, "faults": faults} for row, faults in found], indent=1))
        return 0
    for row, faults in found:
        for label, value in row.items():
            say(f"{label:<15} {_shown(value)}", indent=16)
        for fault in faults:
            say(f"{'wrong':<15} {plain(fault)}", indent=16)
        click.echo()
    return 0


def _shown(value: Any) -> str:
    """Return a value for people: a list by its items, a table of settings as JSON."""
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    if isinstance(value, dict):
        value = json.dumps(value, ensure_ascii=False) if value else ""
    return "-" if value in (None, "") else plain(str(value))


command.add_command(harvest, "harvest")


@command.command
@click.argument("name")
@click.option(
    "--kind", type=click.Choice(sorted(HOOK_KINDS.values())), help="of objects of one name this one"
)
@options.as_json
@pass_plugins
def check(plugins: Plugins, name: str, kind: str | None, as_json: bool) -> int:
    """Look at an object, or all of a plugin, as closely as can be without a run; exit 1 for a fault."""
    from cab_core.checks.rows import faults_of, notes_of

    rows = _named(plugins, name, kind)
    found = zip(rows, faults_of(plugins, rows, thorough=True), strict=True)
    checked = [{**_as_json(row), "faults": faults, "notes": notes_of(plugins, row)} for row, faults in found]
    if as_json:
        put(json.dumps(checked, indent=1))
    else:
        _print_checked(checked)
    return 1 if any(row["faults"] for row in checked) else 0


def _print_checked(checked: Sequence[dict[str, Any]]) -> None:
    for row in checked:
        for said in (*row["faults"], *row["notes"]):
            say(plain(said))
    faults = sum(len(row["faults"]) for row in checked)
    names = ", ".join(f"{row['kind']} {row['name']}" for row in checked[:3])
    more = f" and {len(checked) - 3} more" if len(checked) > 3 else ""
    say(f"{plain(names)}{more}: {faults or 'no'} fault{'' if faults == 1 else 's'}")


def _named(plugins: Plugins, name: str, kind: str | None = None) -> list[PluginRow]:
    """Return the rows that a name means: of an object, an entry point, a distribution or both, or of a file.

    Raises:
        UnknownName: there is none.
    """
    from cab_core.declared.reading import find_cli  # late: `list` names no file

    name, _ = find_cli(plugins, name)
    of_kind = [r for r in plugins.rows if kind in (None, r.kind)]
    rows = [r for r in of_kind if name in (r.name, r.entry_point, r.distribution, r.owner)]
    # One by its path is called after its directory, too; where it is broken nothing else has its name.
    rows = rows or [r for r in of_kind if r.entry_point.rpartition("/")[2] == name]
    if not rows:
        raise UnknownName(kind or "plugin", name, {r.name for r in of_kind}, "`cab plugins list` names them")
    return rows


@command.command
@options.as_json
@pass_plugins
def doctor(plugins: Plugins, as_json: bool) -> int:
    """Make every object, ask it what a run would, say what is wrong, and exit 1 where something is."""
    from cab_core.checks.rows import faults_of

    checked = zip(plugins.rows, faults_of(plugins, plugins.rows), strict=True)
    found = [(row, fault) for row, faults in checked for fault in faults]
    if as_json:
        put(json.dumps([{**_as_json(row), "fault": fault} for row, fault in found], indent=1))
    else:
        for _, fault in found:
            say(plain(fault))
        click.echo(f"{len(plugins.rows)} objects and plugins, {len(found)} faults{_imports(plugins)}")
    return 1 if found else 0


def _imports(plugins: Plugins) -> str:
    """Return what every command pays for the plugins that are installed."""
    took = {row.owner: row.import_ms for row in plugins.rows if row.import_ms is not None}
    if not took:
        return ""
    slowest = max(took, key=lambda owner: took[owner])
    return f"; imported in {sum(took.values()):.0f} ms, the slowest {plain(slowest)} ({took[slowest]:.0f} ms)"
