"""One configuration against itself: what chance alone brings between two halves of its attempts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

import attrs

from .exact import Chance, as_far
from .paired import ERROR
from .power import measured
from .tally import Tally

Unit = tuple[str, ...]


@attrs.frozen(kw_only=True)
class Noise:
    """What the attempts of the same tasks differ by.

    Where the attempts at each of `tasks` tasks are dealt into two halves at random, `halves` cells each, the
    rates of the halves differ by `floor` or less in 95% of all deals. `flip` is how often two attempts at a
    task end differently. `flaky` are the units that were solved in some attempts and not in others, the most
    undecided first; `left_out` counts those with a single attempt.
    """

    tasks: int
    halves: int
    floor: float
    flip: float
    flaky: tuple[tuple[Unit, Tally], ...]
    left_out: int


def noise_of(units: Mapping[Unit, Tally]) -> Noise | None:
    """Return the noise of a configuration; None where no task has two attempts.

    The deals are those of the test on exactly these tasks (`exact.deals`): of the solved cells of a task the
    number in one half is hypergeometric, so the distribution is counted, not drawn. Of an odd number of
    attempts one is in neither half.
    """
    several = {unit: tally for unit, tally in units.items() if tally.counted > 1}
    if not several:
        return None
    often: dict[str, int] = {}
    for unit in several:
        often[unit[0]] = often.get(unit[0], 0) + 1
    flip = measured((unit[0], tally) for unit, tally in several.items())[1]
    flaky = [(unit, tally) for unit, tally in several.items() if 0 < tally.solved < tally.counted]
    return Noise(
        tasks=len(often),
        halves=sum(t.counted // 2 for t in several.values()),
        floor=_floor([(t, Fraction(1, often[unit[0]])) for unit, t in several.items()], len(often)),
        flip=flip or 0.0,
        flaky=tuple(sorted(flaky, key=lambda f: (abs(float(f[1].rate) - 0.5), f[0]))),
        left_out=len(units) - len(several),
    )


def _floor(tallies: Sequence[tuple[Tally, Fraction]], tasks: int) -> float:
    """Return the least difference that the halves exceed in 5% of the deals at most."""
    one = math.lcm(*(t.counted // 2 for t, _ in tallies), *(w.denominator for _, w in tallies))
    parts = [_dealt(t, int(one * w / (t.counted // 2))) for t, w in tallies if 0 < t.solved < t.counted]
    if not parts:
        return 0.0
    step = math.gcd(*(value for part in parts for value in part.ways))
    low, high = -1, sum(max(part.ways) for part in parts) // step
    while high - low > 1:  # beyond `high` steps is rare, beyond `low` is not
        middle = (low + high) // 2
        beyond = attrs.evolve(parts[0], seen=(middle + 1) * step)
        low, high = (low, middle) if as_far([beyond, *parts[1:]]) <= ERROR else (middle, high)
    return high * step / (one * tasks)


def _dealt(tally: Tally, share: int) -> Chance:
    """Return in how many ways the halves of a task differ by how much; `share` is that of a cell."""
    half, odd = divmod(tally.counted, 2)
    ways: dict[int, int] = {}
    for a in range(min(half, tally.solved) + 1):
        for b in range(max(0, tally.solved - a - odd), min(half, tally.solved - a) + 1):
            found = math.comb(half, a) * math.comb(half, b) * math.comb(odd, tally.solved - a - b)
            ways[(a - b) * share] = ways.get((a - b) * share, 0) + found
    return Chance(ways, 0)
