"""The composite against the others of a sweep."""

from __future__ import annotations

from typing import Any

import pytest

from cab_core.stats.relative import Composite, relative

WEIGHTS = {"pass_rate": 0.4, "integrity": 0.2, "cost": 0.15, "latency": 0.15, "blast_radius": 0.1}


def composite(tokens: Any = 1000, ms: Any = 2000, value: Any = 0.9, group: str = "t") -> Composite | None:
    """A cell whose own efficiencies are 0.8 and 0.9."""
    parts = {
        "tokens_per_correct_task": tokens,
        "wall_clock_ms": ms,
        "cost_efficiency": 0.8,
        "latency_efficiency": 0.9,
    }
    return Composite.of(group, {"composite": value, "weights": WEIGHTS, "components": parts})


def test_the_best_of_a_task_has_full_marks_and_others_their_share_of_it() -> None:
    """Each of the two terms against the best of that term; the other terms stay."""
    rest = 0.9 - 0.15 * 0.8 - 0.15 * 0.9
    found = relative([composite(), composite(tokens=2000), composite(ms=8000)])
    assert found == pytest.approx([rest + 0.3, rest + 0.15 * 0.5 + 0.15, rest + 0.15 + 0.15 * 0.25])


def test_what_is_worth_nothing_stays_so_and_is_no_measure_for_others() -> None:
    """A failed cell is quick and cheap: it is 0, and nobody is held against it."""
    failed = composite(tokens=None, ms=1, value=0.0)
    found = relative([composite(), failed])
    assert found[0] == pytest.approx(relative([composite()])[0])
    assert found[1] == 0.0


def test_tasks_and_sweeps_are_apart() -> None:
    """A cell alone at its task is the best of it."""
    one, other = relative([composite(), composite(tokens=1, group="u")])
    assert one == other


@pytest.mark.parametrize(
    "values",
    [{}, {"weights": 3, "components": {}}, {"weights": WEIGHTS, "components": {"wall_clock_ms": "x"}}],
)
def test_what_cannot_be_read_is_unknown(values: dict[str, Any]) -> None:
    """Another scorer's composite, or what a stranger wrote."""
    assert relative([Composite.of("t", values)]) == [None]
    assert relative([composite(value=None), composite(ms=float("nan"))]) == [None, None]
