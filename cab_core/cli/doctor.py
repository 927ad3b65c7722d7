"""`cab doctor`: what this machine has, what is missing, how to get it."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import click

from cab_core.errors import CabError
from cab_core.plugins.protocols import Check
from cab_core.plugins.registry import Plugins
from cab_core.runtimes.install import unobtainable
from cab_core.sweep import machine
from cab_core.tasks.catalog import Catalog
from cab_core.tasks.toolchains import installed_version, missing, parse

from . import options
from .group import pass_plugins
from .table import print_json
from .text import plain, say


@click.command
@options.as_json
@pass_plugins
def command(plugins: Plugins, as_json: bool) -> int:
    """Say what is missing on this machine and how to get it."""
    return look(plugins, as_json)


def look(plugins: Plugins, as_json: bool) -> int:
    """Print the findings; return 1 where something that every run needs is missing."""
    findings = [*machine.look(), *_plugins(plugins), *_runtimes(plugins), *_tasks(plugins)]
    if as_json:
        print_json([attrs.asdict(f) for f in findings])
    else:
        for found in findings:
            mark = "ok  " if found.ok else ("MISS" if found.needed else "--  ")
            say(f"{mark} {plain(machine.told(found))}", indent=len(mark) + 1)
    return 1 if any(f.needed and not f.ok for f in findings) else 0


def _plugins(plugins: Plugins) -> list[Check]:
    clis = [r.name for r in plugins.rows if r.kind == "adapter" and r.status == "ok"]
    broken = [Check(what=f"plugin {r.owner}", ok=False, say=r.fault) for r in plugins.faults()]
    return [_cli(plugins, name) for name in clis] + broken


def _cli(plugins: Plugins, name: str) -> Check:
    """Say where a CLI comes from, or why it can neither start nor be installed for runtime `local`."""
    try:
        why = unobtainable(plugins.adapter(name))
    except CabError as exc:
        why = str(exc)
    return Check(what=f"CLI {name}", ok=why is None, say=why or plugins.owner("adapter", name).owner)


def _runtimes(plugins: Plugins) -> Iterator[Check]:
    """Ask each runtime that has something to say; one that breaks harms only itself."""
    for name in plugins.names("runtime"):
        try:
            yield from getattr(plugins.runtime(name), "doctor", tuple)()
        except CabError as exc:
            yield Check(what=f"runtime {name}", ok=False, say=str(exc))


def _tasks(plugins: Plugins) -> list[Check]:
    catalog = Catalog(plugins)
    requirements = sorted({r for p in catalog.tasks() for r in p.task.doc.grade.requires})
    found = [Check(what=f"task pack {name}", ok=False, say=why) for name, why in catalog.faults.items()]
    for requirement in requirements:
        why = missing(requirement)
        say = why or installed_version(parse(requirement)[0].name)
        found.append(Check(what=f"toolchain {requirement}", ok=why is None, say=say))
    return found
