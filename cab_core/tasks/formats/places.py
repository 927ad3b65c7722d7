"""The absolute places that a foreign set's scripts name, and the script that gives them to them.

Harbor and Terminal-Bench have the work dir where the Dockerfile says, tests at /tests, the solution at
/solution or /oracle and logs at /logs. Our directories lie elsewhere: see `run_script.sh` for what is done.
"""

from __future__ import annotations

import functools
import posixpath
import re
import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

from cab_core.cache import cache_root
from cab_core.records import TaskFile
from cab_core.tasks.foreign import file_of

SCRIPT = ".cab/run.sh"  # in tests/ and in solution/
Kind = Literal["reward", "junit", "solution"]
Pairs = tuple[tuple[str, str], ...]
# Where cab has something of its own in a sandbox, or the system: nothing else can be mounted there.
_TAKEN = (
    *(
        "/bin",
        "/dev",
        "/etc",
        "/home/agent",
        "/lib",
        "/logs",
        "/opt/cab",
        "/out",
        "/proc",
        "/run",
        "/sbin",
        "/sys",
    ),
    *("/tests", "/tmp", "/usr", "/var"),
)
# Directories outside of any work dir in which tasks like to have their files.
_ELSEWHERE = (
    "backup",
    "etc",
    "home",
    "mnt",
    "opt",
    "root",
    "solution",
    "srv",
    "testbed",
    "var",
    "workspace",
    "app",
)
_PATH = re.compile(r"(?<![\w.:/})~-])/([a-z][\w.-]*)((?:/[\w.+-]+)*)")
_SCRATCH = re.compile(r"(?<![\w.:/})~-])/tmp/[\w.+/-]*\w")
_HARMLESS = re.compile(  # read by anybody, or written by an installer that does nothing here
    r"/(?:etc/(?:passwd|os-release|hosts|timezone)|root/\.(?:local|cargo|bashrc|cache)|var/(?:lib/apt|tmp)|opt/venv)"
)


@functools.lru_cache(64)
def place_fault(work_at: str) -> str | None:
    """Return why the work dir cannot be seen at a place, or None where it can."""
    if work_at == "/":
        return "the work dir is the whole file system: no WORKDIR"
    if not re.fullmatch(r"(/[\w.+-]+)+", work_at):
        return f"the work dir is {work_at!r}, at which nothing can be mounted"
    place = posixpath.normpath(work_at)
    for taken in _TAKEN:
        if _within(place, taken) or _within(taken, place):
            return f"the work dir is {work_at}, where a sandbox has something of its own ({taken})"
    return None


def _within(path: str, place: str) -> bool:
    return path == place or path.startswith(f"{place}/")


def outside(text: str, work_at: str, made: Iterable[str], own: Iterable[str]) -> str | None:
    """Return the first place that a text names outside of the work dir, or None.

    `made` are directories that the Dockerfile makes, `own` those that the script knows, such as /tests.
    """
    tops = {*_ELSEWHERE, *(p.split("/")[1] for p in made if p.count("/"))}
    inside = [work_at, *own]
    for found in _PATH.finditer(text):
        path = found[0].rstrip(".")
        if found[1].rstrip(".") not in tops or _HARMLESS.match(path):
            continue
        if not any(_within(path, p) for p in inside):
            return path
    return None


def scratch_file(prompt: str) -> str | None:
    """Return a file in /tmp that an instruction names, or None: what is left there, no grader finds."""
    found = _SCRATCH.search(prompt)
    return found[0].rstrip(".") if found else None


def script_file(
    section: Literal["tests", "solution"],
    kind: Kind,
    script: str,
    here_is: str,
    work_at: str,
    variables: Mapping[str, str],
    directories: Iterable[str] = (),
) -> TaskFile:
    """Return the program, in `section`, that runs the set's `script` of that section; see `run_script.sh`."""
    said = {"script": script, "kind": kind, "here_is": here_is, "work_at": work_at, "logs_are": "/logs"}
    said["dirs"] = " ".join(sorted(d for d in directories if re.fullmatch(r"[\w./+-]+", d)))
    return _written(section, tuple(said.items()), tuple(sorted(variables.items())), cache_root())


@functools.lru_cache(64)  # most tasks of a set have the same; `_` is where it is kept
def _written(section: Literal["tests", "solution"], said: Pairs, variables: Pairs, _: Path) -> TaskFile:
    head = [f"{k}={shlex.quote(v)}" for k, v in said]
    head += [f"export {k}={shlex.quote(v)}" for k, v in variables]
    text = "\n".join(["#!/bin/bash", *head, _body()])
    return file_of(section, SCRIPT, text.encode(), executable=True)


@functools.cache
def _body() -> str:
    return Path(__file__).with_name("run_script.sh").read_text(encoding="utf-8")
