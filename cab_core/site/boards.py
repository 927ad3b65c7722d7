"""Leaderboards, and the pages of configurations and packs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs

from cab_core.stats import Configuration, Summary, summarise

from .output import Output
from .pages import Options, render
from .rows import Row, config_address, pack_address

_LATEST = 12


@attrs.frozen(kw_only=True)
class Line:
    """One configuration on a leaderboard. `tasks` is how many tasks the board has."""

    config: Configuration
    summary: Summary
    marks: tuple[str, ...]
    versions: tuple[str, ...]
    tasks: int


@attrs.frozen(kw_only=True)
class Board:
    """A leaderboard: those ranked, and those that never are (scripted models)."""

    ranked: tuple[Line, ...]
    scripted: tuple[Line, ...]
    tasks: int


def board(rows: Sequence[Row]) -> Board:
    """Make the leaderboard of these cells. Nothing scripted is ever ranked.

    The order is that of the interval's lower end: a high rate on few tasks does not lead.
    """
    tasks = len({r.task for r in rows})
    groups: dict[Configuration, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.config, []).append(row)
    lines = [_line(config, found, tasks) for config, found in groups.items()]
    lines.sort(key=_order)
    return Board(
        ranked=tuple(line for line in lines if "scripted" not in line.marks),
        scripted=tuple(line for line in lines if "scripted" in line.marks),
        tasks=tasks,
    )


def _order(line: Line) -> tuple[float, float, Configuration]:
    rate, interval = line.summary.rate, line.summary.interval
    return (-interval.low if interval else 1.0, -rate if rate is not None else 1.0, line.config)


def _line(config: Configuration, rows: Sequence[Row], tasks: int) -> Line:
    summary = summarise(r.verdict for r in rows)
    marks = list(summary.marks)
    if summary.n < tasks:
        marks.append(f"incomplete: {summary.n} of {tasks} tasks")
    versions = sorted({r.version for r in rows})
    return Line(config=config, summary=summary, marks=tuple(marks), versions=tuple(versions), tasks=tasks)


def write_boards(rows: Sequence[Row], out: Output, options: Options) -> None:
    """Write the leaderboard, overall and of each pack, and a page for each configuration."""
    current = [r for r in rows if r.current]
    packs = by(current, "pack")
    latest = sorted(current, key=lambda r: r.ended_at, reverse=True)[:_LATEST]
    text = render(
        "index.html",
        "index.html",
        options,
        board=board(current),
        packs=list(packs),
        latest=latest,
        rows=current,
    )
    out.page("index.html", text)
    for pack, found in packs.items():
        path = f"{pack_address(pack)}/index.html"
        text = render("pack.html", path, options, pack=pack, packs=list(packs), board=board(found))
        out.page(path, text)
    for config, found in _by_config(current).items():
        path = f"{config_address(config)}/index.html"
        out.page(
            path, render("config.html", path, options, config=config, rows=found, **_parts(config, found))
        )


def _parts(config: Configuration, rows: Sequence[Row]) -> dict[str, object]:
    packs = by(rows, "pack")
    return {
        "whole": summarise(r.verdict for r in rows),
        "packs": {pack: summarise(r.verdict for r in found) for pack, found in packs.items()},
        "marks": sorted({m for r in rows for m in r.marks}),
        "versions": sorted({r.version for r in rows}),
        "sweeps": sorted({r.sweep for r in rows}),
    }


def by(rows: Iterable[Row], name: str) -> dict[str, list[Row]]:
    """Group rows by one of their fields, in the order of its values."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(getattr(row, name), []).append(row)
    return dict(sorted(groups.items()))


def _by_config(rows: Iterable[Row]) -> dict[Configuration, list[Row]]:
    groups: dict[Configuration, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.config, []).append(row)
    return groups
