"""`cab doctor`: what this machine has, what is missing, how to get it."""

from __future__ import annotations

import os
import shutil
import sys

import click

from cab_core.plugins.registry import Plugins
from cab_core.runtimes.install import cache_root
from cab_core.tasks.catalog import Catalog
from cab_core.tasks.toolchains import TOOLCHAINS, installed_version, missing

from . import options
from .table import print_json
from .text import plain

Finding = dict[str, str | bool | None]


@click.command
@options.as_json
@click.pass_obj
def command(plugins: Plugins, as_json: bool) -> int:
    """Say what is missing on this machine and how to get it."""
    return look(plugins, as_json)


def look(plugins: Plugins, as_json: bool) -> int:
    """Print the findings; return 1 where something that every run needs is missing."""
    findings = [*_basics(), *_plugins(plugins), *_tasks(plugins)]
    if as_json:
        print_json(findings)
    else:
        for found in findings:
            mark = "ok  " if found["ok"] else ("MISS" if found["needed"] else "--  ")
            click.echo(
                f"{mark} {plain(str(found['what']))}"
                + (f": {plain(str(found['say']))}" if found["say"] else "")
            )
    return 1 if any(f["needed"] and not f["ok"] for f in findings) else 0


def _finding(what: str, ok: bool, say: str | None = None, needed: bool = True) -> Finding:
    return {"what": what, "ok": ok, "say": say, "needed": needed}


def _basics() -> list[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    root = cache_root()
    near = next(p for p in (root, *root.parents) if p.exists())
    git = installed_version("git")
    return [
        _finding(f"Python {version}", sys.version_info >= (3, 11), None),
        _finding("git", git is not None, git or missing("git")),
        _finding("cache directory", os.access(near, os.W_OK), str(root)),
        _finding("processes in /proc", os.path.isdir("/proc/self"), "needed to end what an agent leaves"),  # noqa: PTH112
        _finding("docker", shutil.which("docker") is not None, "for sealed, citable runs", needed=False),
    ]


def _plugins(plugins: Plugins) -> list[Finding]:
    found = [
        _finding(f"CLI {n}", True, plugins.owner("adapter", n).owner, needed=False) for n in _clis(plugins)
    ]
    return found + [_finding(f"plugin {r.owner}", False, r.fault, needed=False) for r in plugins.faults()]


def _clis(plugins: Plugins) -> list[str]:
    return [r.name for r in plugins.rows if r.kind == "adapter" and r.status == "ok"]


def _tasks(plugins: Plugins) -> list[Finding]:
    requirements = sorted({r for p in Catalog(plugins).tasks() for r in p.task.doc.grade.requires})
    found = []
    for requirement in requirements:
        why = missing(requirement)
        name = next(n for n in TOOLCHAINS if requirement.startswith(n))
        found.append(
            _finding(f"toolchain {requirement}", why is None, why or installed_version(name), needed=False)
        )
    return found
