"""Paired tests against scipy."""

from __future__ import annotations

import numpy
import pytest
import scipy.stats

from cab_core.stats import compare, exact_mcnemar, paired_bootstrap


@pytest.mark.parametrize("only_a", range(0, 30, 3))
@pytest.mark.parametrize("only_b", range(0, 30, 4))
def test_mcnemar_is_scipys_binomial_test(only_a: int, only_b: int) -> None:
    """The exact test's p is scipy's, for any number of flips."""
    n = only_a + only_b
    theirs = scipy.stats.binomtest(only_a, n).pvalue if n else 1.0
    assert exact_mcnemar(only_a, only_b) == pytest.approx(theirs, abs=1e-12)


def test_mcnemar_of_many_flips_does_not_overflow() -> None:
    """Thousands of flips have a p; negative counts are an error."""
    assert 0 < exact_mcnemar(1500, 1400) < 0.1
    with pytest.raises(ValueError, match="negative"):
        exact_mcnemar(-1, 2)


def test_paired_bootstrap_agrees_with_scipy() -> None:
    """The interval of the difference is scipy's within the noise, and repeatable."""
    random = numpy.random.default_rng(5)
    differences = [float(d) for d in random.choice([-1, 0, 0, 1, 1], size=80)]
    ours = paired_bootstrap(differences)
    theirs = scipy.stats.bootstrap(
        (differences,), numpy.mean, n_resamples=20_000, method="percentile", rng=numpy.random.default_rng(3)
    ).confidence_interval
    assert ours is not None
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=0.03)
    assert ours == paired_bootstrap(differences)


def test_paired_bootstrap_claims_no_certainty_where_nothing_varies() -> None:
    """Equal differences, or one alone, have no interval."""
    assert paired_bootstrap([0.0] * 40) is None
    assert paired_bootstrap([1.0]) is None


def test_compare_pairs_by_task_and_says_what_had_no_partner() -> None:
    """Tasks of one side alone are named and not counted."""
    a = {("p/one",): [True], ("p/two",): [True], ("p/three",): [False], ("p/alone",): [True]}
    b = {("p/one",): [True], ("p/two",): [False], ("p/three",): [False]}
    found = compare(a, b)
    assert (found.tasks, found.better, found.worse) == (3, 1, 0)
    assert (found.rate_a, found.rate_b) == (pytest.approx(2 / 3), pytest.approx(1 / 3))
    assert [p.task for p in found.flipped] == ["p/two"]
    assert found.only_a == ("p/alone",)
    assert found.p == 1.0


def test_compare_counts_a_task_once_however_many_pairs_it_has() -> None:
    """Several models on one task are one task in the test."""
    a = {("p/one", model): [True] for model in "xyz"}
    b = {("p/one", model): [False] for model in "xyz"}
    found = compare(a, b)
    assert (found.tasks, len(found.pairs), found.better) == (1, 3, 1)
    assert found.p == 1.0


def test_compare_without_a_common_task_is_unknown() -> None:
    """Without a common task the difference is None."""
    found = compare({("p/one",): [True]}, {("p/two",): [True]})
    assert (found.tasks, found.difference, found.interval) == (0, None, None)
