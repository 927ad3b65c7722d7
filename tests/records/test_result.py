"""What a result says of itself."""

from __future__ import annotations

import pytest

from cab_core.records import OUTCOMES, is_solved
from tests.site.made import Made


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_whether_a_cell_is_solved(outcome: str) -> None:
    """`passed` and `failed` say it; else the grader's figure does, and one that is not known is no solution."""
    found = [is_solved(outcome, figure) for figure in (1, 0, None)]
    own = {"passed": [True] * 3, "failed": [False] * 3}
    assert found == own.get(outcome, [True, False, False] if OUTCOMES[outcome].counted else [None] * 3)


@pytest.mark.parametrize(
    ("outcome", "solved"), [("limit_wall", True), ("failed", False), ("cancelled", None)]
)
def test_a_result_says_whether_it_is_solved(outcome: str, solved: bool | None) -> None:
    """By its outcome and its axis."""
    made = Made(outcome=outcome, headlines={"pass_rate": 1.0})
    assert made.result(made.cell(), made.calls()).solved is solved
