"""Exact randomisation tests: how often chance alone brings a sum as far from 0 as the one that was seen.

Numerators over one common denominator are whole numbers, so that equal sums are equal; the ways to reach each
sum are the coefficients of a product of polynomials, held in one whole number with room for each.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction

import attrs

_LARGEST = 1 << 23  # bits of the product: 1 MB
_FINE = 64  # steps to which the values of a part are rounded at least


@attrs.frozen
class Chance:
    """One independent part of a sum: what it may add, in how many ways, and what it added."""

    ways: dict[int, int]
    seen: int

    def rounded(self, size: Fraction) -> Chance:
        """Return the same with its values in multiples of `size`."""
        ways: dict[int, int] = {}
        for value, count in self.ways.items():
            ways[round(value / size)] = ways.get(round(value / size), 0) + count
        return Chance(ways, round(self.seen / size))


def as_far(chances: Iterable[Chance]) -> Fraction:
    """Return the probability that the sum is as far from 0 as the one that was seen, to either side.

    Where the table of sums would be larger than 1 MB the values are rounded first: it is then the exact
    probability for the sum of rounded values, whose null hypothesis is the same. Where that would be coarse,
    which takes a hundred tasks with many and unequal attempts, it is that of the normal distribution with the
    sum's variance.
    """
    parts = [c for c in chances if len(c.ways) > 1 or c.seen]
    seen = abs(sum(c.seen for c in parts))
    if not seen:
        return Fraction(1)
    total = math.prod(sum(c.ways.values()) for c in parts)
    width = total.bit_length() + 1
    span = sum(max(c.ways) - min(c.ways) for c in parts)
    step = math.gcd(*(value - min(c.ways) for c in parts for value in c.ways)) or 1
    places = _LARGEST // width
    if span // step <= places:
        return Fraction(_count(parts, seen, step, width), total)
    if places < _FINE * len(parts):
        return _normal(parts, seen)
    return as_far([c.rounded(Fraction(span, places - len(parts))) for c in parts])


def _normal(parts: Sequence[Chance], seen: int) -> Fraction:
    variance = 0.0
    for part in parts:
        ways = sum(part.ways.values())
        mean = sum(v * n for v, n in part.ways.items()) / ways
        variance += sum(n * (v - mean) ** 2 for v, n in part.ways.items()) / ways
    return Fraction(math.erfc(seen / math.sqrt(2 * variance)))


def _count(parts: Sequence[Chance], seen: int, step: int, width: int) -> int:
    """Return in how many ways the sum is `seen` or more, or its negative or less."""
    product, lowest = 1, 0
    for part in sorted(parts, key=lambda c: max(c.ways) - min(c.ways)):
        first = min(part.ways)
        product = sum(n * (product << ((v - first) // step * width)) for v, n in part.ways.items())
        lowest += first
    above = -((lowest - seen) // step)  # the first place whose sum is `seen` or more
    below = (-seen - lowest) // step + 1  # the first place whose sum is more than -`seen`
    whole = (1 << width) - 1  # the digits of a number to this base + 1 add up to it, modulo this
    low = (product & ((1 << below * width) - 1)) % whole if below > 0 else 0
    return (product >> above * width) % whole + low


def flips(differences: Sequence[Fraction]) -> Fraction:
    """Return p of the sign-flip test of these differences: might each as well have had the other sign?

    With one attempt a task on either side this is McNemar's exact test. Sources: R. A. Fisher, "The Design
    of Experiments" (1935), 21; E. J. G. Pitman, "Significance tests which may be applied to samples from
    any populations" (1937).
    """
    whole = _whole(differences)
    return as_far(Chance({d: 1, -d: 1}, d) for d in whole)


@attrs.frozen
class Dealt:
    """One task of both sides: solved and counted cells of A and of B, and what a difference of 1 weighs."""

    a: tuple[int, int]
    b: tuple[int, int]
    weight: Fraction


def deals(tasks: Sequence[Dealt]) -> Fraction:
    """Return p of the test that deals the cells of each task anew, as many to each side as it had.

    It is the permutation test stratified by task: of the cells of a task that were solved, the number on
    side A is hypergeometric. Source: E. S. Edgington, "Randomization Tests" (1980).
    """
    shares = [t.weight / t.a[1] for t in tasks] + [t.weight / t.b[1] for t in tasks]
    whole = _whole(shares)
    return as_far(
        _deal(task, for_a, for_b)
        for task, for_a, for_b in zip(tasks, whole[: len(tasks)], whole[len(tasks) :], strict=True)
    )


def _deal(task: Dealt, for_a: int, for_b: int) -> Chance:
    (solved_a, counted_a), (solved_b, counted_b) = task.a, task.b
    solved = solved_a + solved_b
    ways: dict[int, int] = {}
    for k in range(max(0, solved - counted_b), min(solved, counted_a) + 1):
        value = k * for_a - (solved - k) * for_b
        ways[value] = ways.get(value, 0) + math.comb(counted_a, k) * math.comb(counted_b, solved - k)
    return Chance(ways, solved_a * for_a - solved_b * for_b)


def _whole(values: Sequence[Fraction]) -> list[int]:
    """Return the values' numerators over their common denominator."""
    common = math.lcm(*(v.denominator for v in values))
    return [int(v * common) for v in values]
