"""Intervals against scipy, and what they promise at the edges."""

from __future__ import annotations

import numpy
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from cab_core.stats import cluster_bootstrap, wilson
from cab_core.stats.draws import mulberry32, quantile, resampled_means, resamples


@pytest.mark.parametrize("n", [1, 2, 5, 17, 200])
@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_wilson_is_scipys(n: int, level: float) -> None:
    """Wilson's interval is scipy's, for every count of successes."""
    for k in range(n + 1):
        ours = wilson(k, n, level)
        theirs = scipy.stats.binomtest(k, n).proportion_ci(level, method="wilson")
        assert ours is not None
        assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_wilson_without_cells_is_unknown_and_nonsense_is_refused() -> None:
    """No cell has no interval, and more successes than cells are an error."""
    assert wilson(0, 0) is None
    with pytest.raises(ValueError, match="3 successes of 2"):
        wilson(3, 2)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50), st.floats(0, 1))
def test_quantile_is_numpys(values: list[float], q: float) -> None:
    """A quantile is numpy's, whatever the values."""
    assert quantile(sorted(values), q) == pytest.approx(float(numpy.quantile(values, q)), abs=1e-9)


def test_the_generator_is_the_one_of_the_browser() -> None:
    """Python and JavaScript draw the same numbers."""
    # First numbers of mulberry32 with seed 1, as the JavaScript of the compare page gives them.
    numbers = mulberry32(1)
    assert [next(numbers) for _ in range(3)] == [2693262067, 11749833, 2265367787]


def test_draws_are_uniform_and_always_the_same() -> None:
    """Resamples are repeatable, and no index is favoured."""
    rows = resamples(10, 500)
    assert rows == resamples(10, 500)
    counts = [sum(row.count(i) for row in rows) for i in range(10)]
    assert scipy.stats.chisquare(counts).pvalue > 0.001


@pytest.mark.parametrize("attempts", [2, 5])
def test_cluster_bootstrap_agrees_with_scipy(attempts: int) -> None:
    """The interval over tasks is scipy's within the noise of resampling."""
    random = numpy.random.default_rng(7)
    ease = random.beta(1, 1, size=60)
    clusters = [[float(v) for v in random.random(attempts) < p] for p in ease]
    ours = cluster_bootstrap(clusters)
    means = [sum(c) / len(c) for c in clusters]
    theirs = scipy.stats.bootstrap(
        (means,), numpy.mean, n_resamples=20_000, method="percentile", rng=numpy.random.default_rng(3)
    ).confidence_interval
    assert ours is not None
    assert ours.method == "bootstrap"
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=0.012)


def test_cluster_bootstrap_draws_tasks_not_attempts() -> None:
    """Ten equal attempts at a task are worth one: repeating them does not make the interval narrow."""
    once = cluster_bootstrap([[1.0], [0.0], [1.0], [1.0]])
    often = cluster_bootstrap([[1.0] * 10, [0.0] * 10, [1.0] * 10, [1.0] * 10])
    assert once == often


def test_cluster_bootstrap_claims_no_certainty_where_all_are_alike() -> None:
    """Where nothing varies the interval is Wilson's, or unknown."""
    assert cluster_bootstrap([[1.0, 1.0]] * 5) == wilson(5, 5)
    assert cluster_bootstrap([[0.0, 0.0]] * 5) == wilson(0, 5)
    assert cluster_bootstrap([[1.0, 0.0]]) is None
    assert cluster_bootstrap([]) is None


def test_resampled_means_have_the_mean_of_the_values() -> None:
    """Resampled means scatter around the mean of the values."""
    means = resampled_means([0.0, 0.25, 1.0, 0.75])
    assert sum(means) / len(means) == pytest.approx(0.5, abs=0.02)
