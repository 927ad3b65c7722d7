"""Pairing two choices of cells by task."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from fractions import Fraction

import attrs

from .intervals import Interval
from .margin import Bounds, Verdict, bounds, verdict_with
from .paired import WHOLE, Pair, Says, decidable, interval, probability, verdict
from .tally import Families, On, Tally

Unit = tuple[str, ...]


@attrs.frozen(kw_only=True)
class Comparison:
    """A against B on the tasks that both have.

    `tasks` are those, `families` the independent units that they make. `rate_a` and `rate_b` are means over
    tasks. `better` and `worse` count tasks on which A did better, or worse, than B; `p` is that of the test
    (`paired.probability`), and `says` its verdict on A. `decidable` is False where no result of so few cells
    could have decided. With a `margin`, a difference of rates that does not matter, `bounds` are those of the
    difference, and `verdict` may be "not worse" or "equivalent"; without one it is what the test says.
    """

    on: On
    pairs: tuple[Pair, ...]
    tasks: int
    families: int
    rate_a: float | None
    rate_b: float | None
    difference: float | None
    better: int
    worse: int
    p: Fraction
    says: Says
    decidable: bool
    interval: Interval | None
    margin: float | None
    bounds: Bounds | None
    verdict: Verdict
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]

    @property
    def flipped(self) -> tuple[Pair, ...]:
        """The pairs on which the two sides differ."""
        return tuple(p for p in self.pairs if p.difference)


def compare(
    a: Mapping[Unit, Tally],
    b: Mapping[Unit, Tally],
    families: Families | None = None,
    on: On = "like",
    margin: float | None = None,
) -> Comparison:
    """Pair two sides by unit. What one side alone has is left out and listed.

    A unit is a task's id, followed by anything else that must be equal in a pair. `families` tells the
    family of a task that has one.
    """
    families = families or {}
    pairs = pair(a, b)
    by_task: dict[str, Fraction] = {}
    for p in pairs:
        by_task[p.task] = by_task.get(p.task, Fraction(0)) + p.weight * p.difference
    p_value = probability(pairs, families, on)
    difference = _mean(by_task.values(), len(by_task)) or Fraction(0)
    says = verdict(p_value, difference)
    at_margin = None if margin is None else bounds(pairs, families, on)
    return Comparison(
        on=on,
        pairs=pairs,
        tasks=len(by_task),
        families=len({families.get(task, task) for task in by_task}),
        rate_a=_number(_mean((p.weight * p.a.rate for p in pairs), len(by_task))),
        rate_b=_number(_mean((p.weight * p.b.rate for p in pairs), len(by_task))),
        difference=_number(difference) if by_task else None,
        better=sum(d > 0 for d in by_task.values()),
        worse=sum(d < 0 for d in by_task.values()),
        p=p_value,
        says=says,
        decidable=decidable(pairs, families, on),
        interval=interval(pairs, families, on, says),
        margin=margin,
        bounds=at_margin,
        verdict=verdict_with(says, at_margin, margin),
        only_a=tuple(" ".join(u) for u in sorted(a.keys() - b.keys())),
        only_b=tuple(" ".join(u) for u in sorted(b.keys() - a.keys())),
    )


def pair(a: Mapping[Unit, Tally], b: Mapping[Unit, Tally]) -> tuple[Pair, ...]:
    """Return the units that both have, each with its share of its task."""
    both = sorted(a.keys() & b.keys())
    often = Counter(unit[0] for unit in both)
    weights = {n: WHOLE if n == 1 else Fraction(1, n) for n in set(often.values())}
    return tuple(Pair(unit=u, a=a[u], b=b[u], weight=weights[often[u[0]]]) for u in both)


def _mean(values: Iterable[Fraction], n: int) -> Fraction | None:
    return sum(values, Fraction(0)) / n if n else None


def _number(value: Fraction | None) -> float | None:
    return None if value is None else float(value)
