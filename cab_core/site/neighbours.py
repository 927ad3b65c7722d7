"""The cells beside a cell: other CLIs, models, tasks, versions and settings, attempts, sweeps."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import attrs

from .places import base
from .rows import Row

_TASKS_SHOWN = 12


@attrs.frozen(kw_only=True)
class Beside:
    """Neighbours of one cell. `tasks_left_out` counts those of the category that are not listed."""

    clis: tuple[Row, ...]
    models: tuple[Row, ...]
    tasks: tuple[Row, ...]
    tasks_left_out: int
    variants: tuple[Row, ...]
    attempts: tuple[Row, ...]
    sweeps: tuple[Row, ...]

    @property
    def facts(self) -> list[tuple[str, ...]]:
        """What a page shows of its neighbours; where it changes, the page does."""
        rows = (*self.clis, *self.models, *self.tasks, *self.variants, *self.attempts, *self.sweeps)
        return [(r.address, r.outcome, f"{r.verdict.composite} {r.marks}", r.further) for r in rows]


class Neighbourhood:
    """Finds neighbours by lookups. Cells of an earlier sweep are beside cells of that sweep."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._groups: dict[Hashable, list[Row]] = {}
        for row in rows:
            for key in (*_keys(row), _of_name(row)):
                self._groups.setdefault(key, []).append(row)

    def of(self, row: Row) -> Beside:
        """Return the neighbours of a cell."""
        clis, models, tasks, attempts, sweeps = (self._groups[key] for key in _keys(row))
        own = base(row.config)
        shown, left_out = _around(row, _once(tasks, row, lambda r: r.task))
        return Beside(
            clis=tuple(r for r in _once(clis, row, lambda r: r.config) if base(r.config) != own),
            models=tuple(r for r in _once(models, row, lambda r: r.config) if base(r.config) != own),
            tasks=tuple(shown),
            tasks_left_out=left_out,
            variants=tuple(_once(self._groups[_of_name(row)], row, lambda r: r.config)),
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


def _of_name(row: Row) -> Hashable:
    """What other versions and settings of a cell share. Those that stand come first, by their addresses."""
    return "variants", base(row.config), row.task


def _once(rows: list[Row], own: Row, key: object) -> list[Row]:
    """Keep the same attempt of each kind, else the first, without that of `own`."""
    assert callable(key)
    first: dict[Hashable, Row] = {}
    for row in sorted(rows, key=lambda r: (r.attempt != own.attempt, r.attempt)):
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
