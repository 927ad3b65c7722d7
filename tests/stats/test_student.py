"""Student's t distribution and means by family, against scipy."""

from __future__ import annotations

import numpy
import pytest
import scipy.stats

from cab_core.stats.means import by_family, mean_of
from cab_core.stats.student import quantile, two_sided


@pytest.mark.parametrize("df", [1, 2, 3, 4, 7, 30, 199, 1000])
def test_it_is_the_distribution_of_scipy(df: int) -> None:
    """Tails and quantiles, near 0 and far out."""
    for t in (0.0, 0.1, 1.0, 2.5, -4.0, 9.0):
        assert two_sided(t, df) == pytest.approx(2 * scipy.stats.t.sf(abs(t), df), abs=1e-12)
    for p in (0.025, 0.5, 0.8, 0.95, 0.975):
        assert quantile(p, df) == pytest.approx(scipy.stats.t.ppf(p, df), abs=1e-6)


def test_single_tasks_have_the_t_test_of_one_sample() -> None:
    """Its p and its interval."""
    values = list(numpy.random.default_rng(1).normal(0.3, 1, 12))
    found = mean_of([(v, 1.0) for v in values])
    theirs = scipy.stats.ttest_1samp(values, 0)
    assert found is not None
    assert found.p() == pytest.approx(theirs.pvalue)
    assert (found.interval.low, found.interval.high) == pytest.approx(tuple(theirs.confidence_interval()))
    below = scipy.stats.ttest_1samp(values, 1.0, alternative="less").pvalue
    assert found.p_below(1.0) == pytest.approx(below)


def test_families_of_one_size_are_single_values() -> None:
    """Their mean is what is independent."""
    values = [("a", 1.0), ("a", 3.0), ("b", 0.0), ("b", 2.0), ("c", 5.0), ("c", 6.0)]
    found = mean_of(by_family(values))
    theirs = scipy.stats.ttest_1samp([2.0, 1.0, 5.5], 0)
    assert found is not None and found.p() == pytest.approx(theirs.pvalue)


def test_where_nothing_varies_nothing_is_said() -> None:
    """Nor of a single family."""
    assert mean_of([(0.1, 1.0)] * 9) is None
    assert mean_of([(0.3, 3.0)]) is None
    assert mean_of([]) is None


def test_values_beyond_what_can_be_squared_are_no_error() -> None:
    """A plugin's axis may have any size; what is no number any more is unknown."""
    found = mean_of([(1e250, 1.0), (2e250, 1.0), (4e250, 1.0)])
    assert found is not None and found.p() == pytest.approx(scipy.stats.ttest_1samp([1, 2, 4], 0).pvalue)
    assert mean_of([(1e308, 1.0), (-1e308, 1.0), (1e308, 1.0), (1e308, 1.0)]) is None
