"""Records out of JSON: a number is taken as it is, or refused."""

from __future__ import annotations

from typing import Any

import cattrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.records import GradeCommand, Limits, ModelCall, Usage, from_json, to_json, totals


@pytest.mark.parametrize("value", [1.9, True, False, "1", "nan", [1], 1e-9])
def test_what_is_no_integer_is_none(value: Any) -> None:
    """Neither half of a number, nor a truth value, nor a text becomes an integer."""
    with pytest.raises(cattrs.BaseValidationError):
        from_json({"calls": value}, Limits)


@pytest.mark.parametrize("value", [True, "1.5", "nan"])
def test_what_is_no_number_is_none(value: Any) -> None:
    """Neither a truth value nor a text becomes a number."""
    with pytest.raises(cattrs.BaseValidationError):
        from_json({"wall_s": value}, Limits)


@pytest.mark.parametrize("value", [1, 0, "true", None])
def test_what_is_no_truth_value_is_none(value: Any) -> None:
    """Neither a number nor a text becomes true or false."""
    with pytest.raises(cattrs.BaseValidationError):
        from_json({"argv": ["true"], "build": value}, GradeCommand)


@given(st.integers(1, 1 << 53), st.floats(0.001, 1e6))
def test_a_number_comes_back(calls: int, wall_s: float) -> None:
    """What is written is what is read."""
    limits = Limits(calls=calls, wall_s=wall_s)
    assert from_json(to_json(limits), Limits) == limits


def test_an_integer_may_be_written_with_a_point() -> None:
    """JSON knows one kind of number: 2.0 is two."""
    assert from_json({"calls": 2.0, "wall_s": 3}, Limits) == Limits(calls=2, wall_s=3.0)


def call(**usage: int) -> ModelCall:
    """Return an answered call."""
    return ModelCall(
        n=1, started_at="2026-01-01T00:00:00Z", request_sha256="", model_asked="m", model_served="m",
        usage=Usage(**usage), streamed=False, status=200, finish_reason="stop", latency_ms=1.0,
        first_token_ms=1.0, throttle_ms=0.0, tries=1,
    )  # fmt: skip


@pytest.mark.parametrize("part", ["cached", "reasoning"])
def test_a_sum_with_an_unknown_part_is_unknown(part: str) -> None:
    """One call that does not say makes the total unknown; what is known of all is added up."""
    known = call(prompt=10, completion=1, cached=4, reasoning=2)
    unknown = call(prompt=10, completion=1)
    assert getattr(totals([known, unknown]), part) is None
    assert getattr(totals([known, known]), part) in (8, 4)
    assert totals([known, unknown]).total == 22
