"""A change among versions: how often it is seen where there is none, and how often it lies where it is said to."""

from __future__ import annotations

import numpy
import pytest

from cab_core.stats import Tally
from cab_core.stats.change_point import change_point
from tests.stats.test_coverage import at_least, at_most

Array = numpy.ndarray


def drawn(
    rng: numpy.random.Generator, versions: int, tasks: int, at: int | None, worse: float
) -> list[dict[tuple[str, ...], Tally]]:
    """Draw versions on the same tasks; from `at` on each task is solved less often by that factor."""
    easy = rng.beta(0.8, 0.8, tasks)
    rates = [easy * (worse if at is not None and v >= at else 1) for v in range(versions)]
    return [{(f"p/{i}",): Tally(int(rng.random() < r), 1) for i, r in enumerate(row)} for row in rates]


@pytest.mark.parametrize(
    ("versions", "draws"),
    [
        (2, 100),
        (5, 100),
        pytest.param(8, 1500, marks=pytest.mark.prove),
        pytest.param(5, 2000, marks=pytest.mark.prove),
    ],
)
def test_where_nothing_changed_a_change_is_seen_in_5_percent_at_most(versions: int, draws: int) -> None:
    """However many versions are searched through."""
    rng = numpy.random.default_rng([versions, draws])
    found = [change_point(drawn(rng, versions, 12, None, 1)) for _ in range(draws)]
    at_most(0.05, {"seen": sum(f is not None and f.says != "undecided" for f in found) / draws}, draws)


@pytest.mark.parametrize("draws", [40, pytest.param(1500, marks=pytest.mark.prove)])
@pytest.mark.parametrize("at", [1, 3])
def test_the_change_is_among_the_possible_in_95_percent(at: int, draws: int) -> None:
    """Of the draws in which one was seen, and that is most; which way it went is right nearly always."""
    rng = numpy.random.default_rng([at, draws])
    found = [change_point(drawn(rng, 6, 30, at, 0.2)) for _ in range(draws)]
    seen = [f for f in found if f is not None and f.says != "undecided"]
    assert len(seen) > 0.5 * draws
    assert sum(f.says == "worse" for f in seen) >= 0.98 * len(seen)
    at_least(0.95, {"held": sum(at in f.possible for f in seen) / len(seen)}, len(seen))


def test_two_changes_leave_no_single_one_possible() -> None:
    """Down, and up again."""
    good, bad = ({(f"p/{i}",): Tally(int(ok), 1) for i in range(30)} for ok in (True, False))
    found = change_point([good, good, good, bad, bad, bad, bad, good])
    assert found is not None
    assert found.says == "worse"
    assert found.possible == ()


def test_a_family_moves_as_one() -> None:
    """Thirty tasks of five families decide nothing: five units are too few."""
    good, bad = ({(f"p/{i}",): Tally(int(ok), 1) for i in range(30)} for ok in (True, False))
    assert change_point([good, bad], {f"p/{i}": f"f{i % 5}" for i in range(30)}).says == "undecided"  # type: ignore[union-attr]
    assert change_point([good, bad]).says == "worse"  # type: ignore[union-attr]


def test_one_version_or_no_task_has_no_change() -> None:
    """There is nothing to split."""
    assert change_point([{("p/1",): Tally(1, 1)}]) is None
    assert change_point([{}, {}]) is None
