"""The axes of two sides that are compared: ratios, differences, verdicts, and one error rate for all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy
import pytest
import scipy.stats

from cab_core.export.columns import columns_for
from cab_core.records import STANDARD_AXES, further_axes
from cab_core.stats import AxisComparison, Selector, Sides, compare_axes
from cab_core.stats.axes import _at_margin
from cab_core.stats.holm import held
from cab_core.stats.means import mean_of
from cab_core.store.cells import Store
from tests.conftest import Cab
from tests.site.made import Made
from tests.stats.test_coverage import at_most

SIDES = Sides(Selector.parse("tui=a"), Selector.parse("tui=b"))
Cells = Mapping[tuple[str, str, int], float | None]


def compared(
    root: Path, axis: str, cells: Cells, cost_margin: float | None = None
) -> dict[str, AxisComparison]:
    """Write cells with that axis, by CLI, task and attempt; return what is compared, by axis."""
    for (tui, task, attempt), value in cells.items():
        heads = {"pass_rate": 1.0, axis: value}
        Made(tui=tui, task=f"p/{task}", attempt=attempt, headlines=heads, usd=None).write(root)
    results = [summary for _, summary in Store(root).standing()]
    return {one.axis: one for one in compare_axes(SIDES.halves(results).pairs, cost_margin)}


def test_means_over_the_tasks_that_both_know(tmp_path: Path) -> None:
    """A task's figure is the mean of its cells; one that a side does not know is left out."""
    cells: Cells = {
        ("a", "one", 1): 1.0, ("a", "one", 2): 3.0, ("b", "one", 1): 1.0,
        ("a", "two", 1): 10.0, ("b", "two", 1): 4.0,
        ("a", "three", 1): 7.0, ("b", "three", 1): None,
        ("a", "four", 1): 5.0, ("b", "four", 1): 5.0,
    }  # fmt: skip
    found = compared(tmp_path, "fine", cells)["fine"]
    assert (found.kind, found.tasks, found.a, found.b) == (
        "difference",
        3,
        pytest.approx(17 / 3),
        pytest.approx(10 / 3),
    )
    assert found.value == pytest.approx(7 / 3)
    theirs = scipy.stats.ttest_1samp([1.0, 6.0, 0.0], 0)
    assert found.p == pytest.approx(theirs.pvalue)
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == pytest.approx(tuple(theirs.confidence_interval()))


def test_time_is_a_ratio_of_geometric_means(tmp_path: Path) -> None:
    """Twice, thrice and four times as long is as much as the third root of 24; a cell without a time is not known."""
    cells: Cells = {
        ("a", "one", 1): 2000.0, ("b", "one", 1): 1000.0,
        ("a", "two", 1): 300.0, ("b", "two", 1): 100.0,
        ("a", "three", 1): 4.0, ("b", "three", 1): 1.0,
        ("a", "four", 1): 0.0, ("b", "four", 1): 7.0,
    }  # fmt: skip
    found = compared(tmp_path, "latency", cells)["latency"]
    assert (found.kind, found.tasks, found.value) == ("ratio", 3, pytest.approx(24 ** (1 / 3)))
    theirs = scipy.stats.ttest_1samp(numpy.log([2, 3, 4]), 0)
    assert found.p == pytest.approx(theirs.pvalue)
    assert found.interval is not None
    assert found.interval.low == pytest.approx(numpy.exp(theirs.confidence_interval().low))


@pytest.mark.parametrize(
    ("axis", "says"),
    [("latency", "worse"), ("blast_radius", "worse"), ("integrity", "better"), ("fine", "higher")],
)
def test_an_axis_says_better_only_where_it_knows_which_way_is(tmp_path: Path, axis: str, says: str) -> None:
    """Of one that a plugin adds nobody does."""
    cells: Cells = {
        (tui, f"t{i}", 1): (0.5 if tui == "a" else 0.1) + i / 100 * (tui == "a")
        for i in range(8)
        for tui in "ab"
    }
    assert compared(tmp_path, axis, cells)[axis].says == says


def test_a_cost_margin_says_what_does_not_matter(tmp_path: Path) -> None:
    """Ten times the time is worse; a twentieth more, and sure, is within a tenth; nothing that varies is unknown."""
    rng = numpy.random.default_rng(1)
    noise = rng.normal(0, 0.02, 12)
    cells: Cells = {
        (tui, f"t{i}", 1): 1000.0 * (1.05 * numpy.exp(noise[i]) if tui == "a" else 1.0)
        for i in range(12)
        for tui in "ab"
    }
    found = compared(tmp_path, "latency", cells, 0.1)
    assert found["latency"].says == "equivalent"
    assert (found["tokens"].says, found["tokens"].p, found["tokens"].interval) == ("undecided", None, None)
    assert compared(tmp_path, "latency", {}, 0.06)["latency"].says == "worse"


def test_all_axes_are_held_to_one_error_rate(tmp_path: Path) -> None:
    """What is printed is p by Holm's steps, and verdicts come from that."""
    rng = numpy.random.default_rng(4)
    for i in range(10):
        for tui in "ab":
            heads: dict[str, float | None] = {
                f"x{k}": float(rng.normal((tui == "a") * k / 3, 1)) for k in range(6)
            }
            Made(tui=tui, task=f"p/t{i}", headlines={"pass_rate": 1.0, **heads}).write(tmp_path)
    results = [summary for _, summary in Store(tmp_path).standing()]
    found = compare_axes(SIDES.halves(results).pairs)
    p = {one.axis: one.p for one in found if one.p is not None}
    assert {one.axis: one.p_held for one in found if one.p is not None} == held(p)
    assert all((one.says == "undecided") == (one.p_held is None or one.p_held > 0.05) for one in found)
    assert any(0.05 / 6 < v <= 0.05 for v in p.values())


def test_of_an_axis_that_one_side_lacks_nothing_is_said(tmp_path: Path) -> None:
    """No line, rather than one with a dash."""
    assert "fine" not in compared(tmp_path, "fine", {("a", "one", 1): 1.0, ("b", "one", 1): None})


def test_the_standard_ones_have_their_own_places() -> None:
    """What is added is named, each once, by name."""
    assert further_axes([*STANDARD_AXES, "z", "a", "z"]) == ["a", "z"]


@pytest.mark.parametrize("n", [6, 20])
def test_amounts_at_the_margin_are_claimed_in_one_of_twenty(n: int) -> None:
    """Amounts that vary tenfold, one attempt against five, three amounts at once: any wrong claim counts."""
    draws, margin = 2000, 0.1
    rng = numpy.random.default_rng(n)
    common = rng.normal(0, 0.3, (draws, n))
    wrong = 0
    amounts = [
        common + rng.normal(numpy.log1p(margin), 0.8, (draws, n)) - rng.normal(0, 0.8, (draws, n, 5)).mean(2)
        for _ in range(3)
    ]
    for rows in zip(*amounts, strict=True):
        means = {name: mean_of([(float(v), 1.0) for v in row]) for name, row in zip("xyz", rows, strict=True)}
        wrong += bool(_at_margin({k: m for k, m in means.items() if m}, margin))
    at_most(0.05, {"wrong": wrong / draws}, draws)


def test_the_test_of_an_axis_decides_in_one_of_twenty_where_there_is_no_difference() -> None:
    """Of skewed amounts with unequal attempts: geometric means, since the others differ by the attempts alone."""
    draws, found = 2000, {}
    for n in (6, 20, 60):
        rng = numpy.random.default_rng(n)
        one, five = rng.normal(0, 1, (draws, n)), rng.normal(0, 1, (draws, n, 5)).mean(2)
        means = [mean_of([(float(v), 1.0) for v in row]) for row in one - five]
        found[n] = sum(m is not None and m.p() <= 0.05 for m in means) / draws
    at_most(0.05, found, draws)


def test_a_unit_stands_behind_the_name_of_its_axis(cab: Cab) -> None:
    """In tables, in their JSON, on the page of a cell and in an exported table; one that is hostile is shown."""
    for tui in ("a", "b"):
        made = Made(tui=tui, headlines={"patience": 2.5, "bare": 1.0}, units={"patience": "s\x1b[2J"})
        made.write(cab.cwd / "runs")
    said = cab("results").stdout + cab("compare", "tui=a", "tui=b").stdout
    assert said.count("patience (s\\x1b[2J)") == 2 and "bare (" not in said and "\x1b[2J" not in said
    assert [row["units"] for row in cab.json("results", "--json")] == [{"patience": "s\x1b[2J"}] * 2
    cab("site", "build", "runs", "-o", "site")
    page = next((cab.cwd / "site/cell/a").rglob("index.html")).read_text()
    assert "patience (s" in page and "\x1b[2J" not in page
    axes = columns_for({"patience": "s"})
    assert (axes[-1].name, axes[-1].unit) == ("axis_patience", "s")
