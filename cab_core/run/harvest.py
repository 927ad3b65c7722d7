"""Stage `harvest`: the adapter reads what its CLI left."""

from __future__ import annotations

from pathlib import Path

from cab_core.plugins.protocols import Leftovers

from .cell_run import CellRun
from .prepare import Prepared

_READ = 8 << 20  # bytes of a log that an adapter is given


def harvest(run: CellRun, prepared: Prepared) -> None:
    """Ask the adapter; found: the harvest, without secrets.

    Raises:
        PluginCrash: the adapter raised, or returned what is no harvest.
    """
    assert run.found.execution is not None
    left = Leftovers(
        job=prepared.job,
        home=prepared.scratch / "home",
        exit_code=run.found.execution.exit_code,
        stdout=_log(run.part / "stdout.log"),
        stderr=_log(run.part / "stderr.log"),
    )
    harvested = run.planned.adapter.harvest(left)
    run.found.harvest = run.secrets.record(harvested)
    run.write("harvest.json", run.found.harvest)


def _log(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(_READ).decode("utf-8", "replace")
