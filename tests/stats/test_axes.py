"""Axes that plugins add, of two sides."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cab_core.export.columns import columns_for
from cab_core.records import STANDARD_AXES, further_axes
from cab_core.stats import Selector, Sides, axis_differences
from cab_core.store.cells import Store
from tests.conftest import Cab
from tests.site.made import Made

SIDES = Sides(Selector.parse("tui=a"), Selector.parse("tui=b"))


def differences(
    root: Path, cells: Mapping[tuple[str, str, int], float | None]
) -> dict[str, tuple[float, float, float, int]]:
    """Write cells with an axis `fine`, by CLI, task and attempt; return what is compared, by axis."""
    for (tui, task, attempt), value in cells.items():
        heads = {"pass_rate": 1.0, "fine": value}
        Made(tui=tui, task=f"p/{task}", attempt=attempt, headlines=heads).write(root)
    results = [summary for _, summary in Store(root).standing()]
    found = axis_differences(SIDES.halves(results).pairs)
    return {one.axis: (one.a, one.b, one.difference, one.tasks) for one in found}


def test_medians_over_the_tasks_that_both_know(tmp_path: Path) -> None:
    """A task's figure is the mean of its cells; one that a side does not know is left out."""
    cells: dict[tuple[str, str, int], float | None] = {
        ("a", "one", 1): 1.0, ("a", "one", 2): 3.0, ("b", "one", 1): 1.0,
        ("a", "two", 1): 10.0, ("b", "two", 1): 4.0,
        ("a", "three", 1): 7.0, ("b", "three", 1): None,
        ("a", "four", 1): 5.0, ("b", "four", 1): 5.0,
    }  # fmt: skip
    assert differences(tmp_path, cells) == {"fine": (5.0, 4.0, 1.0, 3)}


def test_of_an_axis_that_one_side_lacks_nothing_is_said(tmp_path: Path) -> None:
    """No line, rather than one with a dash."""
    assert differences(tmp_path, {("a", "one", 1): 1.0, ("b", "one", 1): None}) == {}


def test_the_standard_ones_have_their_own_places() -> None:
    """What is added is named, each once, by name."""
    assert further_axes([*STANDARD_AXES, "z", "a", "z"]) == ["a", "z"]


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
