"""Weighted means with gamma weights against scipy's beta distribution, and against drawing them."""

from __future__ import annotations

import numpy
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from cab_core.stats import gammas
from cab_core.stats.gammas import probability_below, quantile
from cab_core.stats.intervals import difference_interval

SHAPES = (0.25, 0.5, 0.75, 1.5, 7.25, 60.0, 999.5, 5000.0)

# (y, z) of a unit, with the shape of its weight.
values = st.integers(-1000, 1000).map(lambda k: k / 1000)
units = st.tuples(st.tuples(values, st.integers(1, 4).map(float)), st.sampled_from([0.25, 0.75, 1.0, 9.0]))


@pytest.mark.parametrize("a", SHAPES)
@pytest.mark.parametrize("b", SHAPES)
def test_two_groups_are_a_beta_distribution(a: float, b: float) -> None:
    """The share of one gamma weight in two: its distribution is scipy's, far into both tails."""
    theirs = scipy.stats.beta(a, b)
    weights = {(1.0, 1.0): a, (0.0, 1.0): b}
    for q in (1e-6, 0.001, 0.025, 0.3, 0.5, 0.9, 0.975, 0.999):
        t = float(theirs.ppf(q))
        if 1e-200 < t < 1:
            assert probability_below(weights, t) == pytest.approx(float(theirs.cdf(t)), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("a", SHAPES)
@pytest.mark.parametrize("b", SHAPES)
@pytest.mark.parametrize("q", [0.025, 0.5, 0.975])
def test_quantiles_are_those_of_the_beta_distribution(a: float, b: float, q: float) -> None:
    """To nine digits, however lopsided."""
    ours = quantile({(1.0, 1.0): a, (0.0, 1.0): b}, q, 0.0, 1.0)
    assert ours == pytest.approx(float(scipy.stats.beta.ppf(q, a, b)), abs=1e-9)


@pytest.mark.parametrize(("seed", "n"), [(1, 3), (2, 10), (3, 40)])
def test_many_groups_are_what_drawing_gives(seed: int, n: int) -> None:
    """Units of any value, size and shape: within the noise of 200,000 draws."""
    random = numpy.random.default_rng(seed)
    y, z, a = (
        random.lognormal(0, 1, n),
        random.integers(1, 4, n).astype(float),
        random.choice([0.25, 0.5, 1, 3], n),
    )
    drawn = random.gamma(a, size=(200_000, n))
    means = (drawn @ y) / (drawn @ z)
    weights = {(float(v), float(size)): float(shape) for v, size, shape in zip(y, z, a, strict=True)}
    for q in (0.025, 0.2, 0.5, 0.8, 0.975):
        t = float(numpy.quantile(means, q))
        assert probability_below(weights, t) == pytest.approx(q, abs=0.0025)
        assert quantile(weights, q, 0.0, float((y / z).max())) == pytest.approx(t, rel=0.02)


@given(
    st.dictionaries(units.map(lambda u: u[0]), units.map(lambda u: u[1]), min_size=2, max_size=8), st.data()
)
def test_a_larger_value_is_less_often_exceeded(
    weights: dict[tuple[float, float], float], data: st.DataObject
) -> None:
    """The probability grows with t."""
    t = data.draw(values)
    further = t + data.draw(st.integers(1, 1000)) / 1000
    assert 0 <= probability_below(weights, t) <= 1
    assert probability_below(weights, t) <= probability_below(weights, further) + 1e-9


@given(st.lists(units, min_size=2, max_size=8), values, st.integers(0, 1000), st.integers(0, 7))
def test_where_a_unit_has_more_the_mean_has(
    found: list[tuple[tuple[float, float], float]], t: float, more: int, which: int
) -> None:
    """The probability falls, or stays, as any unit's value grows; so both ends of an interval never fall."""
    which %= len(found)
    grown = list(found)
    (y, z), shape = found[which]
    grown[which] = ((y + more / 1000, z), shape)
    assert probability_below(_together(grown), t) <= probability_below(_together(found), t) + 1e-9


@given(st.lists(units, min_size=2, max_size=8), values, st.randoms())
def test_the_order_of_units_has_no_influence(
    found: list[tuple[tuple[float, float], float]], t: float, random: object
) -> None:
    """Beyond the last digits of a sum."""
    other = list(found)
    random.shuffle(other)  # type: ignore[attr-defined]
    assert probability_below(_together(found), t) == pytest.approx(
        probability_below(_together(other), t), abs=1e-9
    )


@given(st.lists(units, min_size=2, max_size=6), st.floats(0.001, 0.999))
def test_a_quantile_is_where_the_probability_is(
    found: list[tuple[tuple[float, float], float]], q: float
) -> None:
    """Just below it the probability is at most q, and just above at least."""
    weights = _together(found)
    ends = [y / z for y, z in weights]
    low, high = min(ends) - 0.5, max(ends) + 0.5
    t = quantile(weights, q, low, high)
    assert low <= t <= high
    assert probability_below(weights, t - 1e-8) <= q + 1e-9
    assert probability_below(weights, t + 1e-8) >= q - 1e-9


def _together(found: list[tuple[tuple[float, float], float]]) -> dict[tuple[float, float], float]:
    weights: dict[tuple[float, float], float] = {}
    for unit, shape in found:
        weights[unit] = weights.get(unit, 0.0) + shape
    return weights


@pytest.mark.parametrize("q", [0.025, 0.975])
def test_a_quantile_takes_few_steps(monkeypatch: pytest.MonkeyPatch, q: float) -> None:
    """A page with a thousand lines has two thousand of them: twenty evaluations each are enough."""
    steps = []

    def counted(weights: gammas.Weights, t: float) -> float:
        steps[-1] += 1
        return probability_below(weights, t)

    monkeypatch.setattr(gammas, "probability_below", counted)
    for n in (1, 5, 20, 200, 5000):
        for solved in (0, n // 3, n):
            steps.append(0)
            quantile({(1.0, 1.0): solved + 0.25, (0.0, 1.0): n - solved + 0.75}, q, 0.0, 1.0)
    assert max(steps) <= 20


@pytest.mark.parametrize("n", [20, 89, 200, 400, 1000, 2000])
@pytest.mark.parametrize(("better", "worse"), [(0, 3), (5, 0), (0, 10), (7, 1), (38, 20)])
def test_an_interval_of_a_one_sided_difference_is_what_drawing_gives(n: int, better: int, worse: int) -> None:
    """There an imaginary task of small weight decides about an end: its pole keeps the saddle from all others."""
    if better + worse > n:
        return
    found = difference_interval(
        [(1.0, 1.0)] * better + [(-1.0, 1.0)] * worse + [(0.0, 1.0)] * (n - better - worse), n
    )
    assert found is not None
    assert found.low < (better - worse) / n < found.high
    random = numpy.random.default_rng(n + better)
    for end, q, at_minus, at_plus in ((found.low, 0.025, 0.75, 0.25), (found.high, 0.975, 0.25, 0.75)):
        ends = random.gamma(
            [better + at_plus, worse + at_minus, n - better - worse + 1e-300], size=(400_000, 3)
        )
        drawn = (ends[:, 0] - ends[:, 1]) / ends.sum(axis=1)
        assert float((drawn <= end).mean()) == pytest.approx(q, abs=0.0016)


@settings(max_examples=60)
@given(st.integers(50, 1500), st.data())
def test_finer_steps_change_nothing(n: int, data: st.DataObject) -> None:
    """Whatever the counts: an end does not move by a millionth where the first step is a quarter."""
    better = data.draw(st.integers(0, n // 4))
    worse = data.draw(st.integers(0, min(3, n - better)))
    units = [(1.0, 1.0)] * better + [(-1.0, 1.0)] * worse + [(0.0, 1.0)] * (n - better - worse)
    found = difference_interval(units, n)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gammas, "_STEP", gammas._STEP / 4)
        finer = difference_interval(units, n)
    assert found is not None and finer is not None
    assert (found.low, found.high) == pytest.approx((finer.low, finer.high), abs=1e-6)
