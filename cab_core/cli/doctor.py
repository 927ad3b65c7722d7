"""`cab doctor`: what this machine has, what is missing, how to get it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import attrs
import click

from cab_core.cache import cache_root
from cab_core.errors import CabError
from cab_core.plugins.protocols import Check
from cab_core.plugins.registry import Plugins
from cab_core.tasks.catalog import Catalog
from cab_core.tasks.toolchains import installed_version, missing, parse

from . import options
from .table import print_json
from .text import plain


@click.command
@options.as_json
@click.pass_obj
def command(plugins: Plugins, as_json: bool) -> int:
    """Say what is missing on this machine and how to get it."""
    return look(plugins, as_json)


def look(plugins: Plugins, as_json: bool) -> int:
    """Print the findings; return 1 where something that every run needs is missing."""
    findings = [*_basics(), *_plugins(plugins), *_runtimes(plugins), *_tasks(plugins)]
    if as_json:
        print_json([attrs.asdict(f) for f in findings])
    else:
        for found in findings:
            mark = "ok  " if found.ok else ("MISS" if found.needed else "--  ")
            click.echo(f"{mark} {plain(found.what)}" + (f": {plain(found.say)}" if found.say else ""))
    return 1 if any(f.needed and not f.ok for f in findings) else 0


def _basics() -> list[Check]:
    version = ".".join(map(str, sys.version_info[:3]))
    root = cache_root()
    near = next(p for p in (root, *root.parents) if p.exists())
    git = installed_version("git")
    return [
        Check(what=f"Python {version}", ok=sys.version_info >= (3, 11), needed=True),
        Check(what="git", ok=git is not None, say=git or missing("git"), needed=True),
        Check(what="cache directory", ok=os.access(near, os.W_OK), say=str(root), needed=True),
        Check(
            what="processes in /proc",
            ok=Path("/proc/self").is_dir(),
            say="needed to end what an agent leaves",
            needed=True,
        ),
    ]


def _plugins(plugins: Plugins) -> list[Check]:
    found = [Check(what=f"CLI {n}", ok=True, say=plugins.owner("adapter", n).owner) for n in _clis(plugins)]
    return found + [Check(what=f"plugin {r.owner}", ok=False, say=r.fault) for r in plugins.faults()]


def _runtimes(plugins: Plugins) -> Iterator[Check]:
    """Ask each runtime that has something to say; one that breaks harms only itself."""
    for name in plugins.names("runtime"):
        try:
            yield from getattr(plugins.runtime(name), "doctor", tuple)()
        except CabError as exc:
            yield Check(what=f"runtime {name}", ok=False, say=str(exc))


def _clis(plugins: Plugins) -> list[str]:
    return [r.name for r in plugins.rows if r.kind == "adapter" and r.status == "ok"]


def _tasks(plugins: Plugins) -> list[Check]:
    catalog = Catalog(plugins)
    requirements = sorted({r for p in catalog.tasks() for r in p.task.doc.grade.requires})
    found = [Check(what=f"task pack {name}", ok=False, say=why) for name, why in catalog.faults.items()]
    for requirement in requirements:
        why = missing(requirement)
        say = why or installed_version(parse(requirement)[0].name)
        found.append(Check(what=f"toolchain {requirement}", ok=why is None, say=say))
    return found
