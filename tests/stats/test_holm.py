"""Several questions held to one error rate."""

from __future__ import annotations

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.stats.holm import held


def test_the_steps_by_hand() -> None:
    """The least p counts four times, the next three times; none is less than one before it."""
    assert held({"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.005}) == pytest.approx(
        {"d": 0.02, "a": 0.03, "c": 0.06, "b": 0.06}
    )
    assert held({}) == {}


@given(st.lists(st.floats(0, 1), min_size=1, max_size=9))
def test_a_p_never_shrinks_and_keeps_its_place(values: list[float]) -> None:
    """And none is beyond 1."""
    found = held(dict(enumerate(values)))
    assert all(p <= found[i] <= 1 for i, p in enumerate(values))
    order = sorted(found, key=lambda i: values[i])
    assert [found[i] for i in order] == sorted(found.values())


def test_one_of_many_true_questions_is_decided_in_one_of_twenty() -> None:
    """Seven of them that hang together."""
    rng = numpy.random.default_rng(1)
    common = rng.random((4000, 1))
    p = numpy.where(rng.random((4000, 7)) < 0.4, common, rng.random((4000, 7)))
    wrong = numpy.mean([min(held(dict(enumerate(row))).values()) <= 0.05 for row in p])
    assert wrong <= 0.06
