"""Filling the templates. Autoescape is on: everything that an agent wrote is hostile text."""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from cab_core import __version__
from cab_core.records import OUTCOMES, ModelCall, to_json

if TYPE_CHECKING:
    from .build import Shown


@functools.cache
def _environment() -> Environment:
    env = Environment(
        loader=PackageLoader("cab_core.site", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(figure=figure, seconds=seconds, compact=compact, count=count, visible=visible)
    env.globals.update(version=__version__)
    return env


def index_page(cells: Sequence[Shown]) -> str:
    """Return the list of all cells."""
    return _environment().get_template("index.html").render(cells=cells, root=".", title="Cells")


def cell_page(
    cell: Shown,
    spans: Sequence[dict[str, Any]],
    calls: Sequence[ModelCall],
    patch: str,
    terminal: str,
    grade_log: str,
) -> str:
    """Return the page of one cell."""
    result = cell.result
    return (
        _environment()
        .get_template("cell.html")
        .render(
            title=f"{result.cell.tui} × {result.cell.model}",
            root="/".join([".."] * len(cell.address.split("/"))),
            result=result,
            scores={axis: to_json(s) for axis, s in result.scores.items()},
            rule=OUTCOMES[result.outcome],
            spans=spans,
            calls=calls,
            patch=patch,
            terminal=terminal,
            grade_log=grade_log,
        )
    )


def figure(value: float | None, digits: int = 3) -> str:
    """Return a number for a page; a dash where it is unknown or does not apply."""
    return "–" if value is None else f"{value:.{digits}f}"


def seconds(ms: float | None) -> str:
    """Return milliseconds as seconds."""
    return "–" if ms is None else f"{ms / 1000:.1f}s"


def count(value: int | None) -> str:
    """Return a number of tokens; unknown is said in words."""
    return "not recorded" if value is None else f"{value:,}"


def compact(value: Any) -> str:
    """Return a value as one line of JSON."""
    return json.dumps(value, ensure_ascii=True)


def visible(text: str) -> str:
    """Return text whose control, bidi and surrogate characters are shown as escapes."""
    return "".join(c if c in "\n\t" or c.isprintable() else c.encode("unicode_escape").decode() for c in text)
