"""Calibration records made for the tests of the pages."""

from __future__ import annotations

import attrs

from cab_core.records.calibration import Calibration, HeldCell, HeldFigure, Takes
from tests.site.made import SHA

TASK = "mutations/off-by-one"
HOSTILE = "<script>alert(1)</script>"
RIGHT = HeldFigure(figure="outcome", must="is", value="passed", found="passed", right=True)
WRONG = HeldFigure(figure="blast_radius.blast_radius", must="is", value=0, found=0.5, right=False)


def held(persona: str, *figures: HeldFigure, task: str = TASK, unwritten: str | None = None) -> HeldCell:
    """Return a cell of a scripted model."""
    return HeldCell(
        persona=persona, task=task, cell_id="c", content_key=SHA, outcome="passed", why=f"the grader said {HOSTILE}",
        started_at="2026-06-17T04:06:00Z", ended_at="2026-06-17T04:07:30Z", tokens=900, claim=900,
        figures=figures, unwritten={} if unwritten is None else {"new.sh": unwritten},
    )  # fmt: skip


RECORD = Calibration(
    cab="0.1.0", tui="aider", version="1.0", runtime="docker", reported="aider 1.0", adapter="x@1", at="2026-06-17",
    planned=2, cells=(held("oracle", RIGHT, RIGHT), held("null", RIGHT)),
    takes=Takes(protocols=("openai-chat",), options={"files": {}}, model_params=(), skips={"mcp": "it speaks no MCP"}),
)  # fmt: skip
# Of a later version: something is wrong, something cannot be said, and not all was run.
BAD = attrs.evolve(
    RECORD,
    version="2.0",
    at="2026-06-18",
    cells=(held("oracle", RIGHT, WRONG), held("cheat", WRONG, unwritten="no shell")),
    planned=3,
)
