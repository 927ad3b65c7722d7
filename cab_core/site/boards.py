"""Leaderboards, and the pages of configurations and packs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs

from cab_core.stats import Configuration, Summary, settings, summarise
from cab_core.store.paths import variant_segment

from .output import Output
from .pages import Options, render
from .places import base
from .rows import Row, pack_address

_LATEST = 12


@attrs.frozen(kw_only=True)
class Line:
    """One configuration on a leaderboard, with its name and the address of its page."""

    config: Configuration
    name: str
    home: str
    summary: Summary
    marks: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Board:
    """A leaderboard: those ranked, and those that never are (scripted models).

    `left_out` counts the cells of scripted models that are in neither.
    """

    ranked: tuple[Line, ...]
    scripted: tuple[Line, ...]
    tasks: int
    left_out: int


def board(rows: Sequence[Row], options: Options) -> Board:
    """Make the leaderboard of these cells. Nothing scripted is ever ranked, or counts for what is.

    The order is that of the interval's lower end: a high rate on few tasks does not lead.
    """
    figured = options.figured(rows)
    return Board(
        ranked=_lines([r for r in figured if not r.scripted]),
        scripted=_lines([r for r in figured if r.scripted]),
        tasks=len({r.task for r in figured}),
        left_out=options.left_out(rows),
    )


def _lines(rows: Sequence[Row]) -> tuple[Line, ...]:
    tasks = len({r.task for r in rows})
    lines = (_line(config, found, tasks) for config, found in _by_config(rows).items())
    return tuple(sorted(lines, key=_order))


def _order(line: Line) -> tuple[float, float, Configuration]:
    rate, interval = line.summary.rate, line.summary.interval
    return (-interval.low if interval else 1.0, -rate if rate is not None else 1.0, line.config)


def _line(config: Configuration, rows: Sequence[Row], tasks: int) -> Line:
    summary = summarise(r.verdict for r in rows)
    marks = list(summary.marks)
    if summary.n < tasks:
        marks.append(f"incomplete: {summary.n} of {tasks} tasks")
    return Line(config=config, name=rows[0].name, home=rows[0].home, summary=summary, marks=tuple(marks))


def write_boards(rows: Sequence[Row], out: Output, options: Options) -> None:
    """Write the leaderboard, overall and of each pack, and a page for each configuration."""
    current = [r for r in rows if r.current]
    packs = by(current, "pack")
    figured = options.figured(current)
    latest = sorted(figured, key=lambda r: r.ended_at, reverse=True)[:_LATEST]
    text = render(
        "index.html",
        "index.html",
        options,
        board=board(current, options),
        packs=list(packs),
        latest=latest,
        rows=figured,
    )
    out.page("index.html", text)
    for pack, found in packs.items():
        path = f"{pack_address(pack)}/index.html"
        text = render("pack.html", path, options, pack=pack, packs=list(packs), board=board(found, options))
        out.page(path, text)
    _write_configs(current, out, options)


def _write_configs(rows: Sequence[Row], out: Output, options: Options) -> None:
    groups = _by_config(rows)
    of_name: dict[object, list[Row]] = {}
    for found in groups.values():
        of_name.setdefault(base(found[0].config), []).append(found[0])
    for config, found in groups.items():
        first = found[0]
        others = [r for r in of_name[base(config)] if r is not first]
        path = f"{first.home}/index.html"
        out.page(
            path, render("config.html", path, options, row=first, rows=found, others=others, **_parts(found))
        )
        lasting = f"{first.home}/{variant_segment(config)}/index.html"
        if others and not first.home.endswith(f"/{variant_segment(config)}"):
            out.page(lasting, render("moved.html", lasting, options, name=first.name))


def _parts(rows: Sequence[Row]) -> dict[str, object]:
    packs = by(rows, "pack")
    config, whole = rows[0].config, summarise(r.verdict for r in rows)
    return {
        "config": config,
        "settings": (
            ("options", settings(config.options)),
            ("model parameters", settings(config.model_params)),
        ),
        "whole": whole,
        "packs": {pack: summarise(r.verdict for r in found) for pack, found in packs.items()},
        "marks": whole.marks,
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
