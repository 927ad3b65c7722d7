"""Stage `harvest`: the adapter reads what its CLI left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import attrs

from cab_core.errors import PluginCrash
from cab_core.plugins.protocols import Leftovers
from cab_core.records import Harvest
from cab_core.trace.recording import HEAD, TAIL
from cab_core.workdir.directories import make_directories
from cab_core.workdir.disarm import disarm

from .cell_run import CellRun
from .prepare import Prepared

_READ = HEAD + TAIL + 1024  # bytes of a log, with the line in its middle
# What reading a file raises that is gone, locked, no file any more or full of anything.
_READING = (OSError, ValueError, EOFError, RecursionError)


def harvest(run: CellRun, prepared: Prepared) -> None:
    """Ask the adapter; found: the harvest, without secrets.

    An adapter that raises because of what was left has found out nothing, and that is a note: else an
    agent could void its cell by what it leaves.

    Raises:
        PluginCrash: the adapter raised, and not because of what was left, or returned what is no harvest.
    """
    ended = run.found.execution
    assert ended is not None
    left = Leftovers(
        job=prepared.job,
        home=_home(run, prepared.scratch),
        exit_code=ended.exit_code,
        stdout=_log(run.part / "stdout.log"),
        stderr=_log(run.part / "stderr.log"),
        stdout_cut=ended.stdout_bytes > HEAD + TAIL,
        stderr_cut=ended.stderr_bytes > HEAD + TAIL,
    )
    run.found.harvest = run.secrets.record(_asked(run, left))
    run.write("harvest.json", run.found.harvest)


def _asked(run: CellRun, left: Leftovers) -> Harvest:
    adapter = run.planned.adapter
    try:
        return adapter.harvest(left)
    except PluginCrash as exc:
        if not isinstance(exc.__cause__, _READING) and not _copes(adapter.harvest, left):
            raise
        run.found.notes.append(
            f"what the CLI left could not be read: {exc}"[:500]
            + "; its transcript and its claims are unknown"
        )
        return Harvest()


def _home(run: CellRun, scratch: Path) -> Path:
    """Return the HOME that the CLI left, or an empty one where what is in it cannot all be looked at."""
    if disarm(scratch / "home"):
        return scratch / "home"
    run.found.notes.append("HOME holds more than can be looked at: nothing of it is known")
    make_directories(scratch, ["nothing"])
    return scratch / "nothing"


def _copes(ask: Callable[[Leftovers], Harvest], left: Leftovers) -> bool:
    """Return whether an adapter can read that nothing was left: then it failed on what was."""
    try:
        ask(attrs.evolve(left, home=left.home / "nothing", stdout="", stderr=""))
    except PluginCrash as exc:
        return isinstance(exc.__cause__, _READING)  # else it is at fault whatever it reads
    return True


def _log(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(_READ).decode("utf-8", "replace")
