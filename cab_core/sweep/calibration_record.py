"""The record that a CLI was calibrated, out of its cells, and the demand of a sweep that it was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from cab_core import __version__
from cab_core.errors import PluginCrash, UserError
from cab_core.gateway.models import SCRIPTED
from cab_core.plugins.protocols import Adapter
from cab_core.records import (
    CellResult,
    Job,
    TokenClaim,
    to_json,
)
from cab_core.records.calibration import Calibration, HeldCell, HeldFigure, Takes
from cab_core.records.stack import ONE_OF_EACH
from cab_core.run.planned import PlannedCell
from cab_core.store.calibrations import is_calibrated
from cab_core.trace.clock import utc_now

from .calibration import findings


def record_of(planned: Sequence[PlannedCell], results: Iterable[CellResult]) -> Calibration:
    """Return the record of what was planned for one CLI, and came of it."""
    one = planned[0]
    results = list(results)
    cells = tuple(_held(r) for r in results)
    unable = {c.task for c in cells if c.unable}
    return Calibration(
        cab=__version__,
        tui=one.cell.tui,
        version=one.cell.tui_version,
        runtime=one.cell.runtime,
        reported=one.installation.reported,
        adapter=one.adapter_owner,
        at=utc_now(),
        planned=len(planned),
        tasks={r.task.id: r.task.tree_hash for r in results if r.task.id not in unable},
        cells=cells,
        takes=takes(one.adapter),
    )


def _held(result: CellResult) -> HeldCell:
    return HeldCell(
        persona=result.cell.model.removeprefix(SCRIPTED),
        task=result.task.id,
        cell_id=result.cell_id,
        content_key=result.content_key,
        outcome=result.outcome,
        why=result.why,
        started_at=result.started_at,
        ended_at=result.ended_at,
        tokens=result.tokens.total,
        claim=_sum(result.claim),
        unwritten=result.unwritten,
        figures=tuple(
            HeldFigure(
                figure=f.rule.figure,
                must=f.rule.must,
                value=to_json(f.rule.value),
                found=to_json(f.found),
                right=f.right,
            )
            for f in findings([result])
        ),
    )


def _sum(claim: TokenClaim) -> int | None:
    return None if claim.prompt is None or claim.completion is None else claim.prompt + claim.completion


def takes(adapter: Adapter) -> Takes:
    """Return what a CLI can be given; what it does with a stack is asked by a launch that starts nothing."""
    return Takes(
        protocols=tuple(adapter.protocols),
        options=getattr(adapter, "options", {}),
        model_params=getattr(adapter, "model_params", None),
        skips=_skips(adapter),
    )


def _skips(adapter: Adapter) -> dict[str, str] | None:
    job = Job(
        prompt="probe", model="probe", endpoint="http://127.0.0.1:9/v1", token="probe", home="/home/agent",
        workdir="/work", deadline_s=60, stack=ONE_OF_EACH, protocol=next(iter(adapter.protocols), "probe"),
    )  # fmt: skip
    try:
        launch = adapter.launch(job)
    except PluginCrash:
        return None
    return {a.item.partition(":")[0]: a.reason for a in launch.stack if a.reason is not None}


def demand(root: Path, cells: Sequence[PlannedCell]) -> None:
    """Refuse to go on where a CLI was not calibrated.

    Raises:
        UserError: names each CLI without a passing record, and the command that makes one.
    """
    wanted = sorted({(o.cell.tui, o.cell.tui_version, o.cell.runtime) for o in cells})
    lacking = [w for w in wanted if not is_calibrated(root, *w)]
    if lacking:
        told = "\n".join(f"  cab calibrate --tui {t}@{v} --runtime {r} --runs {root}" for t, v, r in lacking)
        raise UserError(
            f"the sweep demands calibration (require_calibration), and below {root} there is no passing "
            f"one by cab {__version__}. Make it with:\n{told}"
        )
