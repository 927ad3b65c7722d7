"""The page of one cell and its files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cab_core.records import OUTCOMES, STANDARD_AXES, Step, axis_name, further_axes
from cab_core.store.reading import read_whole

from . import commands
from .badge import badge_json, badge_svg
from .calibrations import Calibrated
from .calls import ends, in_recording, unanswered
from .cards import card_address
from .cell_data import CellData, read_cell_data
from .diff import read_patch
from .neighbours import Beside
from .output import Files
from .own_endpoint import own_endpoint_script
from .pages import Options, render
from .parted import parted
from .rows import Row, badge_of
from .run_view import RunView
from .said import Conversations
from .said_data import shared_script
from .spans import total_ms
from .timing import parts

FINAL_SHOWN = 20_000  # characters of the final message
STEP_SHOWN = 8_000  # of a step of the CLI's own transcript
_TRANSCRIPT = 120_000  # of all of them
# The name and the form of an axis' headline, where these are not just its own name and a figure.
_SHOWN = {
    "pass_rate": ("Pass", "figure"),
    "tokens": ("Tokens/correct", "whole"),
    "latency": ("Wall", "seconds"),
    "blast_radius": ("Blast", "figure"),
    "refusal": ("Refusal", "figure"),
    "integrity": ("Integrity", "figure"),
    "composite": ("Composite", "figure"),
}


def cell_files(
    row: Row, beside: Beside, calibrated: Calibrated, options: Options, conversations: Conversations
) -> Files:
    """Make the files of a cell's page."""
    m, at = read_cell_data(row, conversations, options.wire), row.address
    run = RunView.of(m)
    yield from parted(at, _page(m, run, beside, calibrated, options))
    yield from ((f"said/{name}.js", shared_script(name, text)) for name, text in run.data.shared.items())
    yield f"{at}/records.zip", m.archive.data
    yield f"{at}/cell.json", read_whole(row.directory / "cell.json")
    yield from _badges(row, row.address)
    if m.patch.left_out:
        yield f"{at}/changes.patch", read_whole(row.directory / "changes.patch")
    if row.lasting:
        lasting = f"{row.lasting}/index.html"
        yield lasting, render("moved.html", lasting, options, name=f"{row.name}, {row.task}")
        yield from _badges(row, row.lasting)


def _badges(row: Row, address: str) -> Files:
    yield badge_of(address), badge_svg(row)
    yield badge_of(address, "json"), badge_json(row)


def _page(m: CellData, run: RunView, beside: Beside, calibrated: Calibrated, options: Options) -> str:
    row, nodes = m.row, run.nodes
    total = total_ms(nodes)
    return render(
        "cell.html",
        f"{row.address}/index.html",
        options,
        m=m,
        row=row,
        result=m.result,
        evidence=m.evidence,
        rule=OUTCOMES[row.outcome],
        figures=_figures(m),
        breakdown=_breakdown(m),
        card=card_address(row),
        run=run,
        above=_above(m),
        steps=list(_steps(m)),
        files=read_patch(m.patch.text) if m.patch.text else [],
        nodes=nodes,
        total=total,
        base=next((n.at_ms for n in nodes if n.kind == "container"), None),
        calls=m.evidence.calls,
        ends=ends(m.evidence.calls),
        unanswered=unanswered(m.evidence.calls),
        marked_calls=in_recording(m.evidence.calls),
        parts=parts(nodes, m.result.wall_ms),
        beside=beside,
        calibrated=calibrated,
        docker=commands.docker_commands(m.result, m.inputs),
        pull=commands.pull_reference(m.result.identity),
        run_cell=commands.run_cell_command(m.result, m.inputs),
        check=commands.check_command(m.result),
        wiring=own_endpoint_script(m.result, m.inputs.cli.recipe if m.inputs else None),
        final_shown=FINAL_SHOWN,
        step_shown=STEP_SHOWN,
        codes=commands.embed_codes(row, options.base_url),
        site=commands.SITE,
    )


def _steps(m: CellData) -> Iterator[Step]:
    """Yield the steps of the CLI's own transcript that its page shows."""
    left = _TRANSCRIPT
    for step in m.evidence.harvest.transcript if m.evidence.harvest else ():
        left -= min(len(step.text), STEP_SHOWN) + 500
        if left < 0:
            return
        yield step


def _above(m: CellData) -> dict[str, str]:
    """Return texts that stand whole above the conversation, and what they are: it need not repeat them."""
    final = m.evidence.harvest.final_message if m.evidence.harvest else None
    told = {m.result.task.doc.prompt: "the task"}
    return told | ({final: "the final message"} if final and len(final) <= FINAL_SHOWN else {})


def _figures(m: CellData) -> list[tuple[str, float | None, str]]:
    """Return the axes' headlines: name, value, form. `integrity` and the like are 1 where neutral."""
    heads, further = m.result.headlines, further_axes(m.result.axes)
    named = {a: (axis_name(a, score.unit), "figure") for a, score in m.result.scores.items()} | _SHOWN
    shown = ((axis, *named.get(axis, (axis, "figure"))) for axis in (*STANDARD_AXES, *further))
    return [(name, heads.get(axis), form) for axis, name, form in shown]


def _breakdown(m: CellData) -> list[tuple[str, dict[str, Any]]]:
    """Return the axes' values: those of the reference in its order, then any others."""
    known = [axis for axis in STANDARD_AXES if axis in m.result.scores]
    return [(axis, m.result.scores[axis].values) for axis in (*known, *further_axes(m.result.axes))]
