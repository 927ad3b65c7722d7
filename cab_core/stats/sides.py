"""Two choices of cells that are to be held against each other: what must be equal within a pair."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Sequence

import attrs

from cab_core.errors import UserError
from cab_core.records import CellSummary, Configuration

from .comparison import Comparison, compare
from .halves import Half, Halves
from .names import distinct_names
from .select import Selector
from .tally import On, Tally, settled

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

    def chosen(self, results: Sequence[CellSummary]) -> tuple[list[CellSummary], list[CellSummary]]:
        """Return the cells of A and of B."""
        return [r for r in results if self.a.matches(r)], [r for r in results if self.b.matches(r)]

    def ask_for(self, result: CellSummary) -> bool:
        """Tell whether a cell is of either side."""
        return self.a.matches(result) or self.b.matches(result)

    def refuse_overlap(self, results: Iterable[CellSummary]) -> None:
        """Refuse sides that share a cell: it would be held against itself.

        Raises:
            UserError: a cell is on both sides.
        """
        both = [r.cell for r in results if self.a.matches(r) and self.b.matches(r)]
        if both:
            raise UserError(
                f"{len(both)} {'cell is' if len(both) == 1 else 'cells are'} on both sides, first: "
                f"{both[0].cell_id}; a comparison holds cells against others, so choose A ({self.a}) and "
                f"B ({self.b}) so that no cell is in both"
            )

    @property
    def alike(self) -> bool:
        """Whether both ask for the same: then there is no difference to see but that of chance."""
        return self.a.wanted == self.b.wanted

    def compare(self, results: Sequence[CellSummary], on: On, margin: float | None = None) -> Comparison:
        """Hold the two sides against each other."""
        units = self.units(results, self.a), self.units(results, self.b)
        return compare(*units, self.families(results), on, margin)

    @staticmethod
    def families(results: Iterable[CellSummary]) -> dict[str, str]:
        """Return the family of each task."""
        return settled((r.cell.task, r.family) for r in results)

    def units(self, results: Iterable[CellSummary], side: Selector) -> dict[Unit, Tally]:
        """Return the counted verdicts of one side by unit."""
        chosen = self._chosen(results, side)
        return {unit: Tally(sum(bool(r.solved) for r in cells), len(cells)) for unit, cells in chosen.items()}

    def halves(self, results: Sequence[CellSummary]) -> Halves:
        """Return the cells that are compared: those of the units that both sides have."""
        a, b = (self._chosen(results, side) for side in (self.a, self.b))
        return Halves([(a[unit], b[unit]) for unit in sorted(a.keys() & b.keys())])

    def mixed(self, results: Sequence[CellSummary]) -> tuple[list[str], list[str]]:
        """Return, of A and of B, the names of the configurations that are thrown together within a pair."""
        names = distinct_names(r.cell.configuration for r in results)
        pairs = self.halves(results).pairs
        a, b = (_together(pair[i] for pair in pairs) for i in (0, 1))
        return sorted(names[c] for c in a), sorted(names[c] for c in b)

    def differing(self, results: Sequence[CellSummary]) -> dict[str, tuple[list[str], list[str]]]:
        """Return the values of A and of B by key, in the pairs that differ in it though nobody named it.

        Where there is no pair, all cells count: a difference may be why.
        """
        halves = self.halves(results)
        if not halves.pairs:
            a, b = ([r for r in results if side.matches(r)] for side in (self.a, self.b))
            halves = Halves([(a, b)])
        found = {}
        for key in (k for k in _KEYS if k not in self.named and k != "tui"):
            values = halves.differing(functools.partial(self._value, key=key))
            if values is not None:
                found[key] = values
        return found

    def _chosen(self, results: Iterable[CellSummary], side: Selector) -> dict[Unit, list[CellSummary]]:
        """Return the counted cells of one side by unit."""
        found: dict[Unit, list[CellSummary]] = {}
        for result in results:
            if result.solved is not None and side.matches(result):
                unit = (result.cell.task, *(self._value(result, key) for key in self.common))
                found.setdefault(unit, []).append(result)
        return found

    def _value(self, result: CellSummary, key: str) -> str:
        if key == "stack":
            return "+".join(result.cell.stack)
        config = result.cell.configuration
        if key not in ("options", "params"):
            return str(getattr(config, key))
        left = json.loads(config.options if key == "options" else config.model_params)
        left = {n: v for n, v in left.items() if f"{key.removesuffix('s')}.{n}" not in self.named}
        return json.dumps(left, sort_keys=True, separators=(",", ":")) if left else ""


def _together(halves: Iterable[Half]) -> set[Configuration]:
    """Return the configurations that share a half with another."""
    found = [{r.cell.configuration for r in half} for half in halves]
    return {config for together in found if len(together) > 1 for config in together}
