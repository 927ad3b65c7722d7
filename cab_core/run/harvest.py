"""Stage `harvest`: the adapter reads what its CLI left."""

from __future__ import annotations

from pathlib import Path

import attrs

from cab_core.errors import PluginCrash
from cab_core.plugins.protocols import Leftovers
from cab_core.records import Harvest
from cab_core.workdir.directories import make_directories
from cab_core.workdir.disarm import disarm

from .cell_run import CellRun
from .leftovers import keep, left_by
from .prepare import Prepared

# What reading a file raises that is gone, locked, no file any more or full of anything.
_READING = (OSError, ValueError, EOFError, RecursionError)


def harvest(run: CellRun, prepared: Prepared) -> None:
    """Ask the adapter; found: the harvest, without secrets.

    An adapter that raises because of what was left has found out nothing, and that is a note: else an
    agent could void its cell by what it leaves.

    Raises:
        PluginCrash: the adapter raised, or returned what is no harvest, whatever was left.
    """
    assert run.found.execution is not None
    left = left_by(prepared.job, _home(run, prepared.scratch), run.found.execution, run.part)
    if run.context.leftovers:
        keep(run, left)
    try:
        harvested = run.planned.adapter.harvest(left)
    except PluginCrash as crash:
        if not isinstance(crash.__cause__, _READING) and not _copes(run, left):
            raise
        harvested = Harvest()
        told = "what the CLI left could not be read, so its transcript and its claims are unknown"
        run.found.notes.append(f"{told}: {crash}"[:600])
    run.found.harvest = run.secrets.record(harvested)
    run.write("harvest.json", run.found.harvest)


def _home(run: CellRun, scratch: Path) -> Path:
    """Return the HOME that the CLI left, or an empty one where what is in it cannot all be looked at."""
    if disarm(scratch / "home"):
        return scratch / "home"
    run.found.notes.append("HOME holds more than can be looked at: nothing of it is known")
    make_directories(scratch, ["nothing"])
    return scratch / "nothing"


def _copes(run: CellRun, left: Leftovers) -> bool:
    """Return whether the adapter can read that nothing was left: then it failed on what was."""
    try:
        run.planned.adapter.harvest(attrs.evolve(left, home=left.home / "nothing", stdout="", stderr=""))
    except PluginCrash as crash:
        return isinstance(crash.__cause__, _READING)
    return True
