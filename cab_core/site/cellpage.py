"""The page of one cell, its embed and its files."""

from __future__ import annotations

import json
from typing import Any

from cab_core.records import OUTCOMES
from cab_core.store.reading import read_whole

from . import commands
from .badge import badge_svg, card_png
from .calls import ends, in_recording, unanswered
from .cell_data import CellData
from .diff import read_patch
from .neighbours import Beside
from .own_endpoint import own_endpoint_script
from .pages import Options, render
from .rows import badge_of
from .spans import Node, total_ms, tree
from .timing import parts

# The axes in the reference's order, with the name and the form of their headline.
_FIGURES = (
    ("pass_rate", "Pass", "figure"),
    ("tokens", "Tokens/correct", "whole"),
    ("latency", "Wall", "seconds"),
    ("blast_radius", "Blast", "figure"),
    ("refusal", "Refusal", "figure"),
    ("integrity", "Integrity", "figure"),
    ("composite", "Composite", "figure"),
)


def cell_files(m: CellData, beside: Beside, options: Options) -> dict[str, str | bytes]:
    """Return the files of a cell's page by path."""
    row = m.row
    at = f"{row.address}/"
    files: dict[str, str | bytes] = {
        f"{at}index.html": _page(m, beside, options),
        f"{at}embed.html": render("embed.html", f"{at}embed.html", options, row=row, figures=_figures(m)),
        f"{at}cell.json": read_whole(row.directory / "cell.json"),
        f"{at}card.png": card_png(row),
        row.badge: badge_svg(row),
    }
    if m.cast.text:
        files[f"{at}terminal.js"] = f"window.cabCast={json.dumps(m.cast.text)};\n"
    if m.patch.left_out:
        files[f"{at}changes.patch"] = read_whole(row.directory / "changes.patch")
    if row.lasting:
        at = f"{row.lasting}/index.html"
        files[at] = render("moved.html", at, options, name=f"{row.name}, {row.task}")
        files[badge_of(row.lasting)] = files[row.badge]
    return files


def _page(m: CellData, beside: Beside, options: Options) -> str:
    row, nodes = m.row, tree(m.spans)
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
        files=read_patch(m.patch.text) if m.patch.text else [],
        nodes=nodes,
        total=total,
        replay={"total": round(total, 3), "spans": [_span(n) for n in nodes]},
        base=next((n.at_ms for n in nodes if n.kind == "container"), None),
        calls=m.evidence.calls,
        ends=ends(m.evidence.calls),
        unanswered=unanswered(m.evidence.calls),
        marked_calls=in_recording(m.evidence.calls),
        parts=parts(nodes, m.result.wall_ms),
        beside=beside,
        docker=commands.docker_commands(m.result, m.inputs),
        pull=commands.pull_reference(m.result.identity),
        run_cell=commands.run_cell_command(m.result, m.inputs),
        check=commands.check_command(m.result),
        wiring=own_endpoint_script(m.result, m.inputs.cli.recipe if m.inputs else None),
        codes=commands.embed_codes(row, options.base_url),
        site=commands.SITE,
    )


def _figures(m: CellData) -> list[tuple[str, float | None, str]]:
    """Return the axes' headlines: name, value, form. `integrity` and the like are 1 where neutral."""
    return [(name, _headline(m, axis), form) for axis, name, form in _FIGURES]


def _headline(m: CellData, axis: str) -> float | None:
    return m.result.headlines.get(axis)


def _breakdown(m: CellData) -> list[tuple[str, dict[str, Any]]]:
    """Return the axes' values: those of the reference in its order, then any others."""
    known = [axis for axis, _, _ in _FIGURES if axis in m.result.scores]
    others = sorted(m.result.scores.keys() - set(known))
    return [(axis, m.result.scores[axis].values) for axis in (*known, *others)]


def _span(node: Node) -> dict[str, Any]:
    return {"id": node.id, "at": round(node.at_ms, 3), "ms": round(node.duration_ms or 0.0, 3)}
