"""The example of the page on statistics, worked out."""

from __future__ import annotations

import re
from pathlib import Path

import scipy.stats

from cab_core.stats import Tally, compare, percent, probability
from cab_core.stats.intervals import mean_interval

PAGE = (Path(__file__).parents[2] / "docs/reference/statistics.md").read_text()


def test_the_interval_of_the_example_is_what_the_page_says() -> None:
    """Both by the project and by scipy's beta distribution."""
    found = re.findall(r"the ([\d.]+)% quantile of Beta\(([\d.]+), ([\d.]+)\) \| ([\d.]+%)", PAGE)
    theirs = [
        percent(float(scipy.stats.beta.ppf(float(q) / 100, float(a), float(b)))) for q, a, b, _ in found
    ]
    interval = mean_interval([(1.0, 1.0)] * 6 + [(0.0, 1.0)] * 2, 8)
    assert interval is not None
    assert [said for *_, said in found] == theirs == [percent(interval.low), percent(interval.high)]


def test_the_tests_of_the_example_are_what_the_page_says() -> None:
    """Six to two is undecided, eight to nothing is not, and five to nothing is."""
    for better, worse in ((6, 2), (8, 0), (5, 0)):
        a = {(f"{i}",): Tally(int(i < better), 1) for i in range(better + worse)}
        b = {(f"{i}",): Tally(int(i >= better), 1) for i in range(better + worse)}
        found = compare(a, b)
        assert f"= {probability(float(found.p))}" in PAGE
        assert found.says == ("better" if worse == 0 and better == 8 else "undecided")
