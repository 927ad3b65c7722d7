"""Badges: small pictures made here, so that no other host is asked for them, and what is on them as JSON."""

from __future__ import annotations

import json
from html import escape

from cab_core.records.marks import PRIVATE

from .rows import Row
from .text import percent, visible

LABEL = "CodingAgentBench"
_COLOURS = {"passed": "#1f7a45", "failed": "#a8402a", "open": "#6b6f76", "other": "#8a5a00"}
_NARROW, _WIDE = set("iljtfrI.,:;'|!()[]"), set("mwMW@%")


def message(row: Row) -> str:
    """Return what a badge says: the composite in percent where the task was solved, else what happened.

    A percentage beside a task that was not solved would look like a rate.
    """
    outcome = row.outcome.replace("_", " ")
    if not row.counted:
        said = f"left out: {outcome}"
    elif row.verdict.passed and row.verdict.composite is not None:
        said = percent(row.verdict.composite, 0)
    else:
        said = outcome
    marked = [m for m in row.marks if m in ("scripted", "provisional")][:1]
    marked += [m for m in row.marks if m == PRIVATE]
    return f"{said} ({', '.join(marked)})" if marked else said


def colour(row: Row) -> str:
    """Return the colour of an outcome."""
    if not row.counted:
        return _COLOURS["open"]
    return _COLOURS.get(row.outcome, _COLOURS["other"])


def shown(row: Row) -> str:
    """Return what stands on a badge, where nothing around it says what a percentage is of."""
    known = row.counted and row.verdict.passed and row.verdict.composite is not None
    return f"{row.outcome.replace('_', ' ')} · composite {message(row)}" if known else message(row)


def badge_json(row: Row) -> str:
    """Return the badge for a service that draws it itself (https://shields.io/badges/endpoint-badge).

    An error there, whose colour no reader can choose, is a cell without a verdict.
    """
    said = {"schemaVersion": 1, "label": LABEL, "message": visible(shown(row)), "color": colour(row)[1:]}
    return json.dumps(said if row.counted else {**said, "isError": True}, separators=(",", ":")) + "\n"


def badge_svg(row: Row) -> str:
    """Return the badge of a cell."""
    said = shown(row)
    left, right = _width(LABEL) + 12, _width(said) + 12
    full = left + right
    name = escape(visible(f"{LABEL}: {row.name}, {row.task}: {said}"))
    return f"""<svg xmlns="http://www.w3.org/2000/svg" width="{full}" height="20" role="img"\
 aria-label="{name}">
<title>{name}</title><clipPath id="r"><rect width="{full}" height="20" rx="3"/></clipPath>
<g clip-path="url(#r)"><rect width="{left}" height="20" fill="#3c4148"/>\
<rect x="{left}" width="{right}" height="20" fill="{colour(row)}"/></g>
<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
<text x="6" y="14" textLength="{left - 12}">{LABEL}</text>
<text x="{left + 6}" y="14" textLength="{right - 12}">{escape(visible(said))}</text></g></svg>
"""


def _width(text: str) -> int:
    """Estimate the width of a text in Verdana 11; `textLength` makes it fit."""
    return round(sum(3.9 if c in _NARROW else 10.2 if c in _WIDE else 7.0 for c in text))
