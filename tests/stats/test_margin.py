"""Bounds of a difference and what a margin allows to say: held against exact bounds, and by simulation."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy
import pytest
from numpy.typing import NDArray
from scipy.stats import beta, binom

from cab_core.stats import Pair, Tally
from cab_core.stats.margin import bounds, verdict_with
from cab_core.stats.tally import On
from tests.stats import simulate
from tests.stats.test_coverage import at_most

Array = NDArray[numpy.float64]
Rng = numpy.random.Generator
Truth = Callable[[Rng, int, int, float], tuple[Array, Array]]


def pairs(*cells: tuple[tuple[int, int], tuple[int, int]]) -> list[Pair]:
    """Return a pair for each ((solved, counted) of A, of B)."""
    return [Pair(unit=(f"p/{i:03}",), a=Tally(*a), b=Tally(*b)) for i, (a, b) in enumerate(cells)]


@pytest.mark.parametrize(("n", "lost"), [(6, 0), (20, 0), (20, 2), (60, 5), (9, 9)])
def test_one_attempt_that_only_loses_has_the_exact_bound(n: int, lost: int) -> None:
    """Of Clopper and Pearson: where no task differs, 1 - 0.05^(1/n)."""
    found = bounds(pairs(*[((0, 1), (1, 1))] * lost, *[((1, 1), (1, 1))] * (n - lost)), {}, "like")
    assert found is not None
    exact = -beta.ppf(0.95, lost + 1, n - lost) if lost < n else -1.0
    assert found.low == pytest.approx(exact, abs=1e-6)


def test_sides_the_other_way_round_have_the_bounds_the_other_way_round() -> None:
    """On both questions, with unequal attempts and families."""
    cells = [((2, 5), (1, 3)), ((5, 5), (3, 3)), ((0, 1), (2, 2)), ((1, 2), (0, 2))] * 3
    families = {"p/000": "f", "p/001": "f", "p/002": "f"}
    for on in ("like", "these"):
        one = bounds(pairs(*cells), families, on)  # type: ignore[arg-type]
        other = bounds(pairs(*((b, a) for a, b in cells)), families, on)  # type: ignore[arg-type]
        assert one is not None and other is not None
        assert (one.low, one.high) == pytest.approx((-other.high, -other.low), abs=1e-6)


def test_without_a_pair_there_is_no_bound() -> None:
    """And the verdict is that of the test."""
    assert bounds([], {}, "like") is None
    assert verdict_with("undecided", None, 0.1) == "undecided"


@pytest.mark.parametrize(
    ("says", "low", "high", "verdict"),
    [
        ("undecided", -0.2, 0.3, "undecided"),
        ("undecided", -0.05, 0.3, "not worse"),
        ("undecided", -0.05, 0.05, "equivalent"),
        ("undecided", -0.3, 0.05, "undecided"),
        ("better", 0.01, 0.3, "better"),
        ("worse", -0.3, -0.01, "worse"),
        ("worse", -0.09, -0.01, "equivalent"),
        ("better", 0.01, 0.09, "equivalent"),
        ("undecided", -0.1, 0.05, "undecided"),
    ],
)
def test_a_margin_makes_one_verdict_of_the_test_and_the_bounds(
    says: str, low: float, high: float, verdict: str
) -> None:
    """What is smaller than the margin does not matter, whichever way it goes; at the margin nothing is claimed."""
    from cab_core.stats import Bounds

    assert verdict_with(says, Bounds(low, high), 0.1) == verdict  # type: ignore[arg-type]
    assert verdict_with(says, Bounds(low, high), None) == says  # type: ignore[arg-type]


# How often a claim is wrong where the truth is the margin itself. A is worse by just so much, on average.


def lost(rng: Rng, draws: int, n: int, margin: float) -> tuple[Array, Array]:
    """A fails on that share of the tasks and is equal on all others: the hardest case, whatever the attempts."""
    return -(rng.random((draws, n)) < margin).astype(float), numpy.ones((draws, n))


def single(rng: Rng, draws: int, n: int, margin: float) -> tuple[Array, Array]:
    """One attempt; three in ten tasks differ."""
    u = rng.random((draws, n))
    worse = (0.3 + margin) / 2
    return numpy.where(u < worse, -1.0, numpy.where(u < 0.3, 1.0, 0.0)), numpy.ones((draws, n))


def several(attempts: tuple[int, int]) -> Truth:
    """Tasks of all kinds, with so many attempts of either side."""

    def draw(rng: Rng, draws: int, n: int, margin: float) -> tuple[Array, Array]:
        p = rng.beta(0.5, 0.5, (draws, n))
        a, b = rng.binomial(attempts[0], p * (1 - 2 * margin)), rng.binomial(attempts[1], p)
        return a / attempts[0] - b / attempts[1], numpy.ones((draws, n))

    return draw


def families(rng: Rng, draws: int, n: int, margin: float) -> tuple[Array, Array]:
    """A third of the families are of four tasks, and all tasks of one are lost together; the others are never."""
    sizes = numpy.ones((draws, n))
    sizes[:, : max(2, n // 3)] = 4.0
    share = margin * sizes[0].sum() / (4 * max(2, n // 3))
    return -sizes * ((rng.random((draws, n)) < share) & (sizes > 1)), sizes


TRUTHS: dict[str, Truth] = {
    "lost": lost,
    "single": single,
    "3 attempts": several((3, 3)),
    "1 and 5 attempts": several((1, 5)),
    "5 and 1 attempts": several((5, 1)),
    "families": families,
}


def claims(totals: Array, sizes: Array, margin: float) -> NDArray[numpy.bool_]:
    """Tell of each draw whether the lower bound is above -margin, by a copy of the bound in numpy."""
    largest = sizes.max(1)[:, None]
    imaginary = largest * (margin - 1)
    shapes, one = numpy.ones_like(totals), numpy.ones_like(imaginary)
    return simulate.below(totals + margin * sizes, shapes, imaginary, one) < 0.05


def test_the_copy_is_the_bound() -> None:
    """Draw by draw, with families of several sizes."""
    rng = numpy.random.default_rng(5)
    for draw in TRUTHS.values():
        totals, sizes = draw(rng, 15, 12, 0.2)
        for margin in (0.1, 0.3, 0.5):
            assert list(claims(totals, sizes, margin)) == [
                ours > -margin for ours in map(_low, totals, sizes)
            ]


def _low(totals: Sequence[float], sizes: Sequence[float]) -> float:
    """Return the project's own lower bound of these families."""
    from cab_core.stats.margin import _low

    return _low([(float(t), float(s)) for t, s in zip(totals, sizes, strict=True)])


@pytest.mark.parametrize("n", [6, 12, 20, 40, 60])
def test_a_claim_is_wrong_in_one_of_twenty_at_most_at_the_margin(n: int) -> None:
    """Small and large sets, one and several and unequal attempts, families: the error is 5% at most."""
    draws = 1500
    for margin in (0.05, 0.1, 0.2):
        rng = numpy.random.default_rng([n, round(100 * margin)])
        found = {
            name: float(claims(*draw(rng, draws, n, margin), margin).mean()) for name, draw in TRUTHS.items()
        }
        at_most(0.05, found, draws)


def test_the_error_is_used() -> None:
    """Where the number of tasks just allows a claim, it is wrong nearly as often as it may: not for being timid."""
    n = 59  # 0.95^59 = 4.85%: no loss among 59 tasks
    assert binom.cdf(0, n, 0.05) == pytest.approx(0.0485, abs=1e-4)
    draws = 3000
    wrong = claims(*lost(numpy.random.default_rng(2), draws, n, 0.05), 0.05).mean()
    assert 0.035 < wrong < 0.06


@pytest.mark.parametrize(("attempts", "n"), [((1, 1), 20), ((3, 3), 6), ((2, 4), 6)])
def test_on_exactly_these_tasks_a_claim_is_wrong_as_seldom(attempts: tuple[int, int], n: int) -> None:
    """Tasks that are drawn once and tried again and again; the loss is the same on each, or all on a few."""
    draws, margin = 500, 0.2
    found = {}
    for name in ("each", "few"):
        rng = numpy.random.default_rng([n, *attempts, len(name)])
        p = rng.beta(2, 1, n) * 0.8 + 0.2
        few = numpy.where(numpy.arange(n) < n * margin, 1.0, 0.0)
        loss = numpy.full(n, margin) if name == "each" else few * margin * n / few.sum()
        p = numpy.maximum(p, loss)
        a = simulate.attempt(rng, numpy.tile(p - loss, (draws, 1)), attempts[0])
        b = simulate.attempt(rng, numpy.tile(p, (draws, 1)), attempts[1])
        on: On = "these"
        known: dict[
            tuple[int, int], bool
        ] = {}  # with as many attempts at each task the sums are all that counts
        wrong = 0
        for made in simulate.pairs(a, b):
            sums = sum(p.a.solved for p in made), sum(p.b.solved for p in made)
            if sums not in known:
                claimed = bounds(made, {}, on)
                known[sums] = claimed is not None and claimed.low > -margin
            wrong += known[sums]
        found[name] = wrong / draws
    at_most(0.05, found, draws)
