"""Pairing two choices of cells by task."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from statistics import fmean

import attrs

from .intervals import Interval
from .paired import exact_mcnemar, paired_bootstrap

Units = Mapping[tuple[str, ...], list[bool]]


@attrs.frozen(kw_only=True)
class Pair:
    """One unit of both sides: a task, and whatever else they have in common. Rates from 0 to 1."""

    unit: tuple[str, ...]
    a: float
    b: float

    @property
    def task(self) -> str:
        """The task's id, which is the first part of the unit."""
        return self.unit[0]


@attrs.frozen(kw_only=True)
class Comparison:
    """A against B on the tasks that both have.

    `better` and `worse` count tasks on which A did better, or worse, than B; `p` is McNemar's exact test
    on these two counts. With several attempts or several pairs a task it is the sign test on the tasks'
    rates, which is the same formula.
    """

    pairs: tuple[Pair, ...]
    tasks: int
    rate_a: float | None
    rate_b: float | None
    better: int
    worse: int
    p: float
    interval: Interval | None
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]

    @property
    def difference(self) -> float | None:
        """Rate of A minus rate of B."""
        return None if self.rate_a is None or self.rate_b is None else self.rate_a - self.rate_b

    @property
    def flipped(self) -> tuple[Pair, ...]:
        """The pairs on which the two sides differ."""
        return tuple(p for p in self.pairs if p.a != p.b)


def compare(a: Units, b: Units) -> Comparison:
    """Pair two sides by unit. What one side alone has is left out and listed.

    A unit is a task's id, followed by anything else that must be equal in a pair; its values are the
    counted attempts.
    """
    pairs = tuple(Pair(unit=u, a=fmean(a[u]), b=fmean(b[u])) for u in sorted(a.keys() & b.keys()))
    by_task: dict[str, list[Pair]] = {}
    for pair in pairs:
        by_task.setdefault(pair.task, []).append(pair)
    differences = [fmean(p.a - p.b for p in group) for group in by_task.values()]
    better, worse = sum(d > 0 for d in differences), sum(d < 0 for d in differences)
    return Comparison(
        pairs=pairs,
        tasks=len(by_task),
        rate_a=_mean(fmean(p.a for p in group) for group in by_task.values()),
        rate_b=_mean(fmean(p.b for p in group) for group in by_task.values()),
        better=better,
        worse=worse,
        p=exact_mcnemar(better, worse),
        interval=paired_bootstrap(differences),
        only_a=tuple(" ".join(u) for u in sorted(a.keys() - b.keys())),
        only_b=tuple(" ".join(u) for u in sorted(b.keys() - a.keys())),
    )


def _mean(values: Iterable[float]) -> float | None:
    known = list(values)
    return fmean(known) if known else None
