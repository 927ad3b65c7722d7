"""The matrix CLI x model x task: a heat map whose fields lead to the cells."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from cab_core.stats import Configuration

from .boards import by
from .output import Files
from .pages import Options, render
from .rows import Row, pack_address


@attrs.frozen(kw_only=True)
class Field:
    """One task with one configuration: the cells of its attempts, the first of which it leads to."""

    rows: tuple[Row, ...]

    @property
    def outcome(self) -> str:
        """The outcome that all attempts have, else that of the first."""
        return self.rows[0].outcome

    @property
    def shown(self) -> str | None:
        """Solved / counted for several attempts; None for one, or where none has a verdict."""
        counted = [r for r in self.rows if r.counted]
        solved = sum(bool(r.verdict.passed) for r in counted)
        return f"{solved}/{len(counted)}" if len(self.rows) > 1 and counted else None

    @property
    def says(self) -> str:
        """What it shows, in the words of the tables."""
        counted = [r for r in self.rows if r.counted]
        if not counted:
            return f"left out: {self.outcome.replace('_', ' ')}"
        if len(self.rows) == 1:
            return self.outcome.replace("_", " ")
        out = len(self.rows) - len(counted)
        return f"{self.shown} solved" + (f", {out} left out" if out else "")

    @property
    def share(self) -> float | None:
        """Solved / counted."""
        counted = [r for r in self.rows if r.counted]
        return sum(bool(r.verdict.passed) for r in counted) / len(counted) if counted else None


@attrs.frozen(kw_only=True)
class Grid:
    """Tasks down, configurations across. `heads` has a cell of each, which knows its name and its page."""

    configs: tuple[Configuration, ...]
    heads: dict[Configuration, Row]
    marks: dict[Configuration, tuple[str, ...]]
    lines: tuple[tuple[str, tuple[Field | None, ...]], ...]


def grid(rows: Sequence[Row], options: Options) -> Grid:
    """Arrange cells. Configurations with scripted models stand last."""
    groups = _by_config(rows)
    marks = {c: options.summary(found).marks for c, found in groups.items()}
    configs = sorted(groups, key=lambda c: (groups[c][0].scripted, c))
    found: dict[str, dict[Configuration, list[Row]]] = {}
    for row in sorted(rows, key=lambda r: (r.task, r.attempt)):
        found.setdefault(row.task, {}).setdefault(row.config, []).append(row)
    lines = tuple(
        (task, tuple(Field(rows=tuple(cells[c])) if c in cells else None for c in configs))
        for task, cells in found.items()
    )
    return Grid(configs=tuple(configs), heads={c: r[0] for c, r in groups.items()}, marks=marks, lines=lines)


def matrices(rows: Sequence[Row], options: Options) -> Files:
    """Make the overall matrix, packs by configuration, and one of the tasks of each pack."""
    current = [r for r in rows if r.current]
    packs = by(current, "pack")
    figured = options.figured(current)
    whole = grid(figured, options)
    cells = {
        pack: {config: options.summary(of_one) for config, of_one in _by_config(found).items()}
        for pack, found in by(figured, "pack").items()
    }
    left_out = options.left_out(rows)
    intervals = [summary.interval for rates in cells.values() for summary in rates.values()]
    at = "matrix.html"
    told = {"left_out": left_out, "superseded": options.superseded(rows), "intervals": intervals}
    yield at, render(at, at, options, grid=whole, packs=cells, **told)
    for pack, found in packs.items():
        path = f"{pack_address(pack)}/matrix.html"
        lines = grid(options.figured(found), options)
        yield path, render("pack_matrix.html", path, options, pack=pack, grid=lines)


def _by_config(rows: Sequence[Row]) -> dict[Configuration, list[Row]]:
    groups: dict[Configuration, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.config, []).append(row)
    return groups
