"""The cells of a race that have ended: what is known of a unit by them, and what they cost."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from cab_core.records import OUTCOMES, CellKey, CellSummary
from cab_core.stats.contest import Unit

from .race_course import CourseUnit

Solved = bool | None
Both = list[tuple[CellKey, CellKey]]


class EndedCells:
    """Whether each cell solved its task; None: the infrastructure took it."""

    def __init__(self, units: Sequence[CourseUnit] = ()) -> None:
        self.units = units
        self._solved: dict[CellKey, Solved] = {}
        self._spent: dict[CellKey, float] = {}
        self._unit = {key: n for n, unit in enumerate(units) for side in unit.keys for key in side}

    def __len__(self) -> int:
        return len(self._solved)

    def keep(self, key: CellKey, summary: CellSummary) -> None:
        """Take a cell; an unknown part of its cost counts as nothing."""
        self._solved[key] = summary.solved if OUTCOMES[summary.outcome].counted else None
        usd = 0.0 if summary.scripted else summary.spent_usd
        self._spent[key] = (summary.tokens.usd or 0.0) if usd is None else usd

    def lose(self, keys: Collection[CellKey]) -> None:
        """Take cells as lost."""
        self._solved.update(dict.fromkeys(keys))

    def forget(self, keys: Collection[CellKey]) -> None:
        """Take cells as not run yet."""
        for key in keys:
            del self._solved[key]

    @property
    def usd(self) -> float:
        """US dollars that they cost, as far as it is known."""
        return sum(self._spent.values())

    @property
    def usd_of_unit(self) -> float:
        """US dollars that a unit cost so far, on average."""
        return self.usd / max(1, len({self._unit[key] for key in self._solved}))

    def lost_of(self, side: int) -> int:
        """Return how many cells of a side the infrastructure took, or never called the model."""
        return sum(
            key in self._solved and self._solved[key] is None
            for unit in self.units
            for key in unit.keys[side]
        )

    def to_come(self, n: int, sides: Collection[int]) -> int:
        """Return how many cells of these sides of a unit have not ended."""
        return sum(key not in self._solved for i in sides for key in self.units[n].keys[i])

    def rates(self, n: int, other: int) -> Unit | None:
        """Return the rates of the first side and another on a unit, over the attempts that both have.

        None where there is none: then the unit is lost.
        """
        pairs = [(self._solved[a], self._solved[b]) for a, b in self._pairs(n, other) if not self._lost(a, b)]
        if not pairs:
            return None
        return sum(bool(a) for a, _ in pairs) / len(pairs), sum(bool(b) for _, b in pairs) / len(pairs)

    def is_whole(self, n: int, other: int) -> bool:
        """Tell whether a unit is at its end for a pair: each attempt has both cells, or a lost one."""
        return all(
            self._lost(a, b) or (a in self._solved and b in self._solved) for a, b in self._pairs(n, other)
        )

    def is_lost(self, n: int, other: int) -> bool:
        """Tell whether nothing can come of a unit for a pair any more: its other cells are spared."""
        return all(self._lost(a, b) for a, b in self._pairs(n, other))

    def _pairs(self, n: int, other: int) -> Both:
        return list(zip(self.units[n].keys[0], self.units[n].keys[other], strict=True))

    def _lost(self, a: CellKey, b: CellKey) -> bool:
        return self._solved.get(a, False) is None or self._solved.get(b, False) is None
