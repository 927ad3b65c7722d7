"""Versions of one CLI on the same tasks, in the order of their release: did it change with one of them?

Each of the places between two versions is a split: the cells from there on are A, those before are B, and
the one test of two configurations (`paired.probability`) is asked of every split. The smallest p counts,
times the number of splits that were looked at (C. E. Bonferroni, 1936), so that the search costs what it
must.

Where the change may lie is found by turning the test round (J. Neyman, 1937; for change points: K. J.
Worsley, "Confidence regions and tests for a change-point in a sequence of exponential family random
variables", 1986): a split is possible where the versions before it do not differ from each other, nor those
behind it, by the same test with 5% for all splits within both. The true one is among the possible in 95% of
cases at least. None possible: more than one change.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

import attrs

from .comparison import Comparison, Unit, compare, pair
from .paired import ERROR, Says, probability
from .tally import Families, Tally

Versions = Sequence[Mapping[Unit, Tally]]


@attrs.frozen(kw_only=True)
class Change:
    """What was found. `at`: the first version behind the likeliest split, by its place; `found`: from there
    on against before. `p` is that of all splits together. `possible` are all places where the change may
    be.

    `says` is of the later versions; where it is undecided no change was seen, and `possible` says nothing.
    """

    at: int
    found: Comparison
    splits: int
    p: Fraction
    says: Says
    possible: tuple[int, ...]


def change_point(versions: Versions, families: Families | None = None) -> Change | None:
    """Return the change among versions that have the same units; None with one version, or no unit.

    A unit is a task's id. Figures are for tasks like these.
    """
    families = families or {}
    if len(versions) < 2 or not versions[0]:
        return None
    splits = {at: _p(versions, at, families) for at in range(1, len(versions))}
    at = min(splits, key=lambda at: (splits[at], -_size(versions, at), at))
    p = min(Fraction(1), splits[at] * len(splits))
    found = compare(_together(versions[at:]), _together(versions[:at]), families)
    says: Says = "undecided" if p > ERROR else "better" if (found.difference or 0.0) > 0 else "worse"
    possible = tuple(at for at in splits if says != "undecided" and _fits(versions, at, families))
    return Change(at=at, found=found, splits=len(splits), p=p, says=says, possible=possible)


def _fits(versions: Versions, at: int, families: Families) -> bool:
    """Tell whether neither side of a split differs within itself."""
    inner = [(part, i) for part in (versions[:at], versions[at:]) for i in range(1, len(part))]
    return all(_p(part, i, families) * len(inner) > ERROR for part, i in inner)


def _size(versions: Versions, at: int) -> float:
    """Return how large the difference of a split is against its spread: of equal p the largest counts."""
    pairs = pair(_together(versions[at:]), _together(versions[:at]))
    return abs(float(sum(p.difference for p in pairs))) * math.sqrt(at * (len(versions) - at))


def _p(versions: Versions, at: int, families: Families) -> Fraction:
    """Return p of one split."""
    return probability(pair(_together(versions[at:]), _together(versions[:at])), families, "like")


def _together(versions: Versions) -> dict[Unit, Tally]:
    """Return the cells of several versions as those of one."""
    return {
        unit: Tally(sum(v[unit].solved for v in versions), sum(v[unit].counted for v in versions))
        for unit in versions[0]
    }
