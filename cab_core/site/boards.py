"""Leaderboards, and the pages of configurations and packs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import chain

import attrs

from cab_core.stats import FIGURES, Configuration, Summary, rankings, settings
from cab_core.store.paths import variant_segment

from .cards import rate_address, rate_card
from .output import Files
from .pages import Options, render
from .places import base
from .rows import Row, pack_address

_LATEST = 12


@attrs.frozen(kw_only=True)
class Line:
    """One configuration on a leaderboard, the address of its page, and its rank where it has one."""

    config: Configuration
    name: str
    home: str
    summary: Summary
    marks: tuple[str, ...]
    rank: int | None = None

    @property
    def known_in_part(self) -> bool:
        """True where a figure is made of some of the counted cells alone."""
        return _known_in_part(self.summary)


@attrs.frozen(kw_only=True)
class Board:
    """A leaderboard: the rankings, each of lines with the same tasks, and the lines that are in none.

    Where it takes more than the tasks that there are to tell lines apart, `needed`, these have no rank.

    `unranked` have tasks that no other line has, or no verdict; `scripted` are those of scripted models,
    which are never ranked. `comparisons` counts the pairs of lines that share a ranking, `left_out` the cells
    of scripted models that are in no line.
    """

    rankings: tuple[tuple[Line, ...], ...]
    unranked: tuple[Line, ...]
    scripted: tuple[Line, ...]
    comparisons: int
    needed: int
    tasks: int
    left_out: int

    @property
    def decidable(self) -> bool:
        """Whether any line has a rank."""
        return any(line.rank for lines in self.rankings for line in lines)

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines of all tables."""
        return (*chain.from_iterable(self.rankings), *self.unranked, *self.scripted)


def board(rows: Sequence[Row], options: Options) -> Board:
    """Make the leaderboard of these cells. Nothing scripted is ever ranked, or counts for what is."""
    figured = options.figured(rows)
    lines = _lines([r for r in figured if not r.scripted], options)
    found = [r for r in rankings({c: line.summary for c, line in lines.items()}) if r.comparisons]
    ranks = {config: rank for ranking in found for config, rank in ranking.ranks.items()}
    return Board(
        rankings=tuple(tuple(attrs.evolve(lines[c], rank=ranks[c]) for c in r.ranks) for r in found),
        unranked=_by_size(line for config, line in lines.items() if config not in ranks),
        scripted=_by_size(_lines([r for r in figured if r.scripted], options).values()),
        comparisons=sum(r.comparisons for r in found),
        needed=max((r.needed for r in found), default=0),
        tasks=len({r.task for r in figured}),
        left_out=options.left_out(rows),
    )


def _lines(rows: Sequence[Row], options: Options) -> Mapping[Configuration, Line]:
    tasks = len({r.task for r in rows})
    return {config: _line(config, found, tasks, options) for config, found in _by_config(rows).items()}


def _by_size(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Put the lines with most tasks first: their rates do not compare."""
    return tuple(sorted(lines, key=lambda line: (-line.summary.n, line.config)))


def _line(config: Configuration, rows: Sequence[Row], tasks: int, options: Options) -> Line:
    summary = options.summary(rows)
    marks = list(summary.marks)
    if summary.n < tasks:
        marks.append(f"incomplete: {summary.n} of {tasks} tasks")
    return Line(config=config, name=rows[0].name, home=rows[0].home, summary=summary, marks=tuple(marks))


def boards(rows: Sequence[Row], options: Options) -> Files:
    """Make the leaderboard, overall and of each pack, and a page for each configuration."""
    current = [r for r in rows if r.current]
    packs = by(current, "pack")
    figured = options.figured(current)
    latest = sorted(figured, key=lambda r: r.ended_at, reverse=True)[:_LATEST]
    at, lines = "index.html", board(current, options)
    told: dict[str, object] = {"latest": latest, "rows": figured, "superseded": options.superseded(rows)}
    yield at, render(at, at, options, board=lines, packs=list(packs), **told)
    in_pack, of_config = (_superseded(rows, options, key) for key in (lambda r: r.pack, lambda r: r.config))
    for pack, found in packs.items():
        path = f"{pack_address(pack)}/index.html"
        lines = board(found, options)
        told = {"pack": pack, "superseded": in_pack[pack]}
        yield path, render("pack.html", path, options, packs=list(packs), board=lines, **told)
    yield from _configs(current, options, of_config)


def _superseded(rows: Sequence[Row], options: Options, key: Callable[[Row], Hashable]) -> Counter[Hashable]:
    return Counter(key(r) for r in rows if options.superseded([r]))


def _configs(rows: Sequence[Row], options: Options, superseded: Counter[Hashable]) -> Files:
    groups = _by_config(rows)
    of_name: dict[object, list[Row]] = {}
    for found in groups.values():
        of_name.setdefault(base(found[0].config), []).append(found[0])
    for config, found in groups.items():
        first = found[0]
        others = [r for r in of_name[base(config)] if r is not first]
        path = f"{first.home}/index.html"
        told = {**_parts(found, options), "superseded": superseded[config]}
        yield path, render("config.html", path, options, row=first, rows=found, others=others, **told)
        yield rate_address(first), rate_card(first, options.summary(found))
        lasting = f"{first.home}/{variant_segment(config)}/index.html"
        if others and not first.home.endswith(f"/{variant_segment(config)}"):
            yield lasting, render("moved.html", lasting, options, name=first.name)


def _parts(rows: Sequence[Row], options: Options) -> dict[str, object]:
    packs = by(rows, "pack")
    config, whole = rows[0].config, options.summary(rows)
    return {
        "config": config,
        "card": rate_address(rows[0]),
        "settings": (
            ("options", settings(config.options)),
            ("model parameters", settings(config.model_params)),
        ),
        "whole": whole,
        "packs": {pack: options.summary(found) for pack, found in packs.items()},
        "known_in_part": _known_in_part(whole),
        "marks": whole.marks,
        "sweeps": sorted({r.sweep for r in rows}),
    }


def _known_in_part(summary: Summary) -> bool:
    return any(0 < f.known < f.cells for f in (getattr(summary, name) for name in FIGURES))


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
