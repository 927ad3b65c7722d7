"""Whether the CLI's program was started at all: where it was not, that is its adapter's mistake."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EACCES, ELOOP, ENOENT, ENOEXEC, ENOTDIR
from pathlib import Path

from cab_core.errors import NotStarted

from .cell_run import CellRun
from .prepare import Prepared

_NOT_FOUND, _NOT_EXECUTABLE = 127, 126  # of a shell (POSIX, 2.8.2), behind which sealed runtimes start it
_REFUSED = [os.strerror(number) for number in (ENOENT, EACCES, ENOTDIR, ENOEXEC, ELOOP)]
_TAIL = 2000  # bytes of a log
_NAMES = "names a program that its recipe does not install and the sandbox does not have"


@contextmanager
def program_started(run: CellRun, prepared: Prepared) -> Iterator[None]:
    """Tell of a program that is not in the sandbox as a fault of the adapter whose `launch` names it.

    Raises:
        PluginCrash: it is not there, or cannot be executed.
    """
    program = prepared.launch.argv[0]
    try:
        yield
    except NotStarted as exc:
        if exc.program != program:
            raise
        raise run.planned.launch_fault(f"{_NAMES}: {exc}") from exc
    if (line := _shell_said(run, program)) is not None:
        raise run.planned.launch_fault(f"{_NAMES}: {line[:300]}")


def _shell_said(run: CellRun, program: str) -> str | None:
    """Return the line in which the sandbox's shell, or our parent in it, says that nothing was started.

    Nobody else can have written it: without a call there was no agent.
    """
    execution = run.found.execution
    if run.found.sums.count or execution is None or execution.exit_code not in (_NOT_FOUND, _NOT_EXECUTABLE):
        return None
    said = "".join(_tail(run.part / f"{channel}.log") for channel in ("stdout", "stderr"))
    lines = [line.strip() for line in said.splitlines()]
    told = [n for n in lines if f"exec: {program}: " in n or n in {f"{program}: {why}" for why in _REFUSED}]
    return told[-1] if told else None


def _tail(log: Path) -> str:
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - _TAIL))
        return file.read().decode("utf-8", "replace")
