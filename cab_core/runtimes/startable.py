"""Whether a process can be started at all: asked by every runtime before it makes anything.

What execve(2) refuses would be told in a way of its own by each of supervisor, bubblewrap and engine,
and some of it as the program's own end.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from cab_core.errors import GraderError, PluginCrash
from cab_core.records import Process, Sandbox
from cab_core.records.arguments import word_fault

MAX_WORDS = 2 << 20  # bytes of argv and environment together, with the usual stack of 8 MiB (execve(2))
_POINTER = 8  # bytes that each word costs beside its own and its NUL
_WRAPPERS = 128 << 10  # left for what runtimes put before a program, and add to its environment
_REMEDY = "what is long or no text belongs on standard input or in a file"


def check_startable(sandbox: Sandbox, process: Process) -> None:
    """Check that the system will take the program's words.

    Raises:
        PluginCrash: it will not; the launch is its adapter's.
        GraderError: it will not, and the command is the task's.
    """
    if (fault := next(_faults(process), None)) is None:
        return
    if sandbox.role == "grader":
        raise GraderError(f"a command of the task cannot be started: {fault}; {_REMEDY}")
    raise PluginCrash(f"the adapter's launch cannot be started: {fault}; {_REMEDY}")


def _faults(process: Process) -> Iterator[str]:
    if not process.argv or process.argv[0] == "":
        yield "argv names no program"
    for number, word in enumerate(process.argv):
        if why := word_fault(word):
            yield f"argument {number} of argv {why}"
    for name, value in process.env.items():
        yield from _variable_faults(name, value)
    if why := word_fault(process.cwd):
        yield f"its directory (cwd) {why}"
    elif not PurePosixPath(process.cwd).is_absolute():
        yield f"its directory (cwd) is {process.cwd!r}; expected an absolute path"
    size, most = _size(process), min(MAX_WORDS, os.sysconf("SC_ARG_MAX")) - _WRAPPERS
    if size > most:
        yield f"argv and environment take {size:,} bytes together; {most:,} can be had"


def _variable_faults(name: object, value: object) -> Iterator[str]:
    for word in (name, value):
        if not isinstance(word, str):
            yield f"variable {name!r} of its environment {word_fault(word)}"
            return
    if name == "" or "=" in str(name):
        yield f"its environment has a variable {name!r}; expected a name without '='"
    if why := word_fault(f"{name}={value}"):
        yield f"variable {str(name)[:100]!r} of its environment {why}"


def _size(process: Process) -> int:
    environment: Mapping[str, str] = process.env
    words = [*process.argv, *(f"{name}={value}" for name, value in environment.items())]
    return sum(len(os.fsencode(word)) + 1 + _POINTER for word in words)
