"""Two choices of cells that are to be held against each other: what must be equal within a pair."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

import attrs

from cab_core.records import Cell, CellResult, Configuration

from .names import distinct_names
from .select import Selector
from .summary import verdict_of

# Asked for by one side in another way, the first lets the second differ too: versions and options of two
# CLIs cannot be equal, a later sweep has the versions of its time, and a runtime has networks of its own.
_FOLLOWS = {"version": ("tui", "sweep"), "options": ("tui",), "network": ("runtime",)}
_KEYS = ("tui", "model", "stack", "version", "runtime", "network", "options", "params")

Unit = tuple[str, ...]


@attrs.frozen
class Sides:
    """What A and B ask for, and so which cells make a pair."""

    a: Selector
    b: Selector

    @property
    def named(self) -> frozenset[str]:
        """The keys that the sides name differently. What both name alike is equal within a pair."""
        keys = self.a.wanted.keys() | self.b.wanted.keys()
        return frozenset(k for k in keys if self.a.wanted.get(k) != self.b.wanted.get(k))

    @property
    def common(self) -> tuple[str, ...]:
        """What must be equal within a pair: a unit is a task and the values of these."""
        free = self.named | {key for key, first in _FOLLOWS.items() if self.named & set(first)}
        return tuple(key for key in _KEYS if key not in free)

    def units(self, results: Iterable[CellResult], side: Selector) -> dict[Unit, list[bool]]:
        """Return the counted verdicts of one side by unit."""
        found: dict[Unit, list[bool]] = {}
        for unit, result in self._chosen(results, side):
            found.setdefault(unit, []).append(bool(verdict_of(result).passed))
        return found

    def mixed(self, results: Sequence[CellResult], side: Selector) -> list[str]:
        """Return the names of the configurations of one side that are thrown together within a pair."""
        found: dict[Unit, set[Configuration]] = {}
        for unit, result in self._chosen(results, side):
            found.setdefault(unit, set()).add(result.cell.configuration)
        names = distinct_names(r.cell.configuration for r in results)
        return sorted({names[c] for together in found.values() if len(together) > 1 for c in together})

    def differing(self, results: Sequence[CellResult]) -> dict[str, tuple[list[str], list[str]]]:
        """Return the values of A and of B by key, where they differ though nobody named them."""
        found = {}
        for key in (k for k in _KEYS if k not in self.named and k != "tui"):
            values = [
                sorted({self._value(r.cell, key) for r in results if s.matches(r)}) for s in (self.a, self.b)
            ]
            if all(values) and values[0] != values[1]:
                found[key] = (values[0], values[1])
        return found

    def _chosen(self, results: Iterable[CellResult], side: Selector) -> Iterable[tuple[Unit, CellResult]]:
        for result in results:
            if side.matches(result) and verdict_of(result).passed is not None:
                yield (result.cell.task, *(self._value(result.cell, key) for key in self.common)), result

    def _value(self, cell: Cell, key: str) -> str:
        if key == "stack":
            return "+".join(cell.stack)
        config = cell.configuration
        if key not in ("options", "params"):
            return str(getattr(config, key))
        left = json.loads(config.options if key == "options" else config.model_params)
        left = {n: v for n, v in left.items() if f"{key.removesuffix('s')}.{n}" not in self.named}
        return json.dumps(left, sort_keys=True, separators=(",", ":")) if left else ""
