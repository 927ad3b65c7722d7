"""The record that a CLI was calibrated, and the demand of a sweep that it was."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import attrs

from cab_core import __version__
from cab_core.errors import UserError
from cab_core.records import CellResult
from cab_core.run.planned import PlannedCell
from cab_core.store.cells import write_json
from cab_core.store.paths import segment
from cab_core.trace.clock import utc_now

DIRECTORY = "calibrations"


@attrs.frozen(kw_only=True)
class Calibration:
    """The content of a calibration record: which CLI, where, with which cab, on which tasks."""

    schema_version: Literal[1] = 1
    cab: str
    tui: str
    version: str
    runtime: str
    reported: str | None
    at: str
    cells: int
    tasks: dict[str, str]


def record_path(root: Path, tui: str, version: str, runtime: str) -> Path:
    """Return where the record lies, below a runs directory."""
    return root / DIRECTORY / segment(tui) / segment(version) / segment(runtime) / f"{__version__}.json"


def keep_record(root: Path, cells: Sequence[PlannedCell], results: Sequence[CellResult], right: bool) -> None:
    """Write the record where all was right; take an older one away where it was not."""
    cell, installed = cells[0].cell, cells[0].installation
    path = record_path(root, cell.tui, cell.tui_version, cell.runtime)
    if not right:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    record = Calibration(
        cab=__version__,
        tui=cell.tui,
        version=cell.tui_version,
        runtime=cell.runtime,
        reported=installed.reported,
        at=utc_now(),
        cells=len(results),
        tasks={r.task.id: r.task.tree_hash for r in results},
    )
    write_json(path, record)


def demand(root: Path, cells: Sequence[PlannedCell]) -> None:
    """Refuse to go on where a CLI was not calibrated.

    Raises:
        UserError: names each CLI without a record, and the command that makes one.
    """
    wanted = sorted({(o.cell.tui, o.cell.tui_version, o.cell.runtime) for o in cells})
    lacking = [w for w in wanted if not record_path(root, *w).is_file()]
    if lacking:
        told = "\n".join(f"  cab calibrate --tui {t}@{v} --runtime {r} --runs {root}" for t, v, r in lacking)
        raise UserError(
            f"the sweep demands calibration (require_calibration), and below {root} there is no passing "
            f"one by cab {__version__}. Make it with:\n{told}"
        )
