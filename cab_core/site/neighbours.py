"""The cells beside a cell: other CLIs, other models, other tasks, other attempts, other sweeps."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import attrs

from .rows import Row

_TASKS_SHOWN = 12


@attrs.frozen(kw_only=True)
class Beside:
    """Neighbours of one cell. `tasks_left_out` counts those of the category that are not listed."""

    clis: tuple[Row, ...]
    models: tuple[Row, ...]
    tasks: tuple[Row, ...]
    tasks_left_out: int
    attempts: tuple[Row, ...]
    sweeps: tuple[Row, ...]

    @property
    def facts(self) -> list[tuple[str, str, str]]:
        """What a page shows of its neighbours; where it changes, the page does."""
        rows = (*self.clis, *self.models, *self.tasks, *self.attempts, *self.sweeps)
        return [(r.address, r.outcome, f"{r.verdict.composite} {r.marks}") for r in rows]


class Neighbourhood:
    """Finds neighbours by lookups. Cells of an earlier sweep are beside cells of that sweep."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._groups: dict[Hashable, list[Row]] = {}
        for row in rows:
            for key in _keys(row):
                self._groups.setdefault(key, []).append(row)

    def of(self, row: Row) -> Beside:
        """Return the neighbours of a cell."""
        clis, models, tasks, attempts, sweeps = (self._groups[key] for key in _keys(row))
        shown, left_out = _around(row, _once(tasks, row, lambda r: r.task))
        return Beside(
            clis=tuple(_once(clis, row, lambda r: r.config)),
            models=tuple(_once(models, row, lambda r: r.config)),
            tasks=tuple(shown),
            tasks_left_out=left_out,
            attempts=tuple(r for r in attempts if r is not row),
            sweeps=tuple(r for r in sweeps if r is not row),
        )


def _keys(row: Row) -> tuple[Hashable, ...]:
    scope = None if row.current else row.sweep
    config = row.config
    return (
        ("clis", scope, row.task, config.model),
        ("models", scope, row.task, config.tui, config.stack),
        ("tasks", scope, config, row.pack, row.category),
        ("attempts", scope, config, row.task),
        ("sweeps", config, row.task, row.attempt),
    )


def _once(rows: list[Row], own: Row, key: object) -> list[Row]:
    """Keep the first attempt of each kind, without that of `own`."""
    assert callable(key)
    first: dict[Hashable, Row] = {}
    for row in sorted(rows, key=lambda r: r.attempt):
        first.setdefault(key(row), row)
    return sorted((r for k, r in first.items() if k != key(own)), key=lambda r: r.address)


def _around(own: Row, others: list[Row]) -> tuple[list[Row], int]:
    """Return those nearest in the order of the tasks, so that one can walk from page to page."""
    before = [r for r in others if r.address < own.address]
    after = [r for r in others if r.address > own.address]
    half = _TASKS_SHOWN // 2
    take_before = max(half, _TASKS_SHOWN - len(after))
    shown = before[-take_before:] + after[: _TASKS_SHOWN - min(len(before), take_before)]
    return shown, len(others) - len(shown)
