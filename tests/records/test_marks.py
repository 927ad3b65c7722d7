"""What the marks of a cell and of a group say, and which figures a cell without a verdict has."""

from __future__ import annotations

import re
from pathlib import Path

import attrs
import pytest

import cab_core
from cab_core.records import OUTCOMES, CellResult
from cab_core.records.marks import legend, marks_together
from tests.site.made import Made


def result(made: Made) -> CellResult:
    """A cell's record."""
    return made.result(made.cell(), made.calls())


def test_a_group_is_sealed_where_all_are_and_warned_of_where_one_is() -> None:
    """A positive mark speaks of all cells; a warning of any."""
    sealed, other = ("sealed",), ("in-process", "sealed")
    assert marks_together([sealed, other]) == ("in-process", "sealed")
    assert marks_together([sealed, ("provisional",)]) == ("provisional",)
    assert marks_together([]) == ()


def test_a_citable_cell_of_an_earlier_cab_is_sealed() -> None:
    """It had no such mark; one that never ran was sealed nowhere."""
    former = attrs.evolve(result(Made()), citable=True)
    assert former.all_marks == ("sealed",)
    assert attrs.evolve(former, marks=("sealed", "in-process")).all_marks == ("sealed", "in-process")
    assert attrs.evolve(former, execution=None).all_marks == ()
    assert result(Made()).all_marks == ()


def test_a_legend_explains_what_is_shown_alone() -> None:
    """Also a mark that says more of its own behind a colon; not one that nobody knows."""
    assert list(legend(["incomplete: 2 of 3 tasks", "in-process", "odd"])) == ["in-process", "incomplete"]


@pytest.mark.parametrize("outcome", [o for o, rule in OUTCOMES.items() if not rule.counted])
def test_a_cell_without_a_verdict_has_no_figure_but_its_time(outcome: str) -> None:
    """Whatever its scorers said of what was there."""
    heads = {"pass_rate": 0.0, "blast_radius": 0.0, "integrity": 1.0, "composite": 0.35, "latency": 9.0}
    cell = result(Made(outcome=outcome, headlines=heads))
    assert {axis: value for axis, value in cell.headlines.items() if value is not None} == {"latency": 9.0}


def test_one_place_decides_what_is_scripted() -> None:
    """Everything else asks `CellSummary.scripted`, or whoever asked it."""
    asks = re.compile(r"""(?:["']scripted["']|SCRIPTED)\s+(?:not\s+)?in\b""")
    root = Path(cab_core.__file__).parent
    found = {
        f"{path.relative_to(root)}: {line.strip()}"
        for path in root.rglob("*")
        if path.suffix in (".py", ".html", ".js")
        for line in path.read_text(encoding="utf-8").splitlines()
        if asks.search(line)
    }
    assert found == {"records/summary.py: return SCRIPTED in self.all_marks"}
