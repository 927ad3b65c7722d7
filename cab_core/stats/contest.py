"""One side against others, unit by unit, until each pair is decided or cannot be any more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

import attrs

from .intervals import Interval
from .paired import ERROR, Says
from .sequential import FUTILE, Plan, confidence_sequence, evidence

Why = Literal["futility", "budget", "length", "tasks", "infrastructure", "interrupted"]
# Why a pair is left undecided, for every table and page.
WHYS: dict[Why, str] = {
    "futility": "what is left would hardly decide, even with the difference that was asked for",
    "budget": "the budget is used up",
    "length": "it went half as far again as the fixed plan",
    "tasks": "there are no more tasks",
    "infrastructure": "the infrastructure failed; the same command goes on",
    "interrupted": "it was interrupted; the same command goes on",
}
Unit = tuple[float, float]  # rates of A and of B


@attrs.define
class Contest:
    """The first side, A, against another, B. `lost`: units that trouble of the infrastructure took.

    `evidence` is E after the last unit, `highest` the largest that it was, and `ahead` the sum of the
    differences then. `says` is the verdict on A.
    """

    seen: Counter[float] = attrs.field(factory=Counter)
    sums: tuple[float, float] = (0.0, 0.0)
    lost: int = 0
    evidence: float = 1.0
    highest: float = 1.0
    ahead: float = 0.0
    says: Says = "undecided"
    why: Why | None = None

    @property
    def over(self) -> bool:
        """Whether no more units are needed."""
        return self.says != "undecided" or self.why is not None

    @property
    def units(self) -> int:
        """How many units count."""
        return self.seen.total()

    @property
    def better(self) -> int:
        """Units on which A did better."""
        return sum(n for d, n in self.seen.items() if d > 0)

    @property
    def worse(self) -> int:
        """Units on which B did better."""
        return sum(n for d, n in self.seen.items() if d < 0)

    @property
    def total(self) -> float:
        """The sum of the differences."""
        return sum(d * n for d, n in self.seen.items())

    @property
    def rates(self) -> tuple[float | None, float | None]:
        """The rates of A and B over the units that count."""
        n = self.units
        return (self.sums[0] / n, self.sums[1] / n) if n else (None, None)

    def add(self, unit: Unit | None) -> None:
        """Take a unit; None: it was lost, and counts on neither side."""
        if unit is None:
            self.lost += 1
            return
        a, b = unit
        self.sums = self.sums[0] + a, self.sums[1] + b
        self.seen[round(a - b, 12)] += 1
        self.evidence = evidence(self.seen)
        if self.evidence > self.highest:
            self.highest, self.ahead = self.evidence, self.total


class Contests:
    """The first side against each of the others: whoever asks has it already, and wonders whether to change.

    So there are as many pairs as other sides. They share one error rate by Holm's steps, at every look: a
    pair is decided where its E was ever at least m / 0.05, with m pairs that are not decided before it.
    That a pair of equals is ever decided has then a probability of 5% at most, for all together (S. Holm,
    1979: of m true hypotheses one is the first to be refused, and that takes m / 0.05 of it).

    A pair is given up where the chance that what is left decides it, were the planned difference there, is
    less than an eighth of what it was at the start; units that were lost may still come. Giving up decides
    nothing, and so is never a false decision.
    """

    def __init__(self, others: int, plan: Plan, units: int) -> None:
        """`units`: how many there are at most."""
        self.pairs = [Contest() for _ in range(others)]
        self.plan = plan
        self._futile = FUTILE * plan.chance(units, self.limit)

    @property
    def limit(self) -> float:
        """What E must be for the next decision."""
        return sum(pair.says == "undecided" for pair in self.pairs) / float(ERROR)

    @property
    def error(self) -> float:
        """The error of one pair's interval, so that all hold together."""
        return float(ERROR) / len(self.pairs)

    @property
    def over(self) -> bool:
        """Whether no more units are needed."""
        return all(pair.over for pair in self.pairs)

    def needs(self, side: int) -> bool:
        """Tell whether a side is still to be run: the first as long as any is."""
        return not (self.over if side == 0 else self.pairs[side - 1].over)

    def add(self, units: Sequence[Unit | None], left: int) -> None:
        """Take a unit of each pair, of which ended ones take nothing; `left` are to come at most."""
        for pair, unit in zip(self.pairs, units, strict=True):
            if not pair.over:
                pair.add(unit)
        self._decide()
        for pair in self.pairs:
            if not pair.over and left and self._hopeless(pair, left + pair.lost):
                pair.why = "futility"

    def give_up(self, why: Why) -> None:
        """End what is undecided; where units were lost, the same command runs these again."""
        for pair in self.pairs:
            if not pair.over:
                pair.why = "infrastructure" if pair.lost and why in ("tasks", "length") else why

    def interval(self, pair: Contest) -> Interval | None:
        """Return the interval of a pair's difference, which holds 0 just where nothing is decided."""
        found = confidence_sequence(pair.seen, self.error)
        if found is None:
            return None
        if pair.says == "undecided":
            return attrs.evolve(found, low=min(found.low, 0.0), high=max(found.high, 0.0))
        if pair.says == "better":
            return attrs.evolve(found, low=max(found.low, 0.0))
        return attrs.evolve(found, high=min(found.high, 0.0))

    def _decide(self) -> None:
        while True:
            told = [p for p in self.pairs if not p.over and p.highest >= self.limit]
            if not told:
                return
            first = max(told, key=lambda pair: pair.highest)
            first.says = "better" if first.ahead > 0 else "worse"

    def _hopeless(self, pair: Contest, left: int) -> bool:
        return self.plan.hopeless(pair.seen, left, self.limit, self._futile)
