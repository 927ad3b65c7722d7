"""The time that a CLI was made to wait."""

from __future__ import annotations

import pytest
from cab_scorers.latency import throttled_ms
from hypothesis import given
from hypothesis import strategies as st

from cab_core.records import ModelCall, Usage

MS = 1_000_000  # nanoseconds
Waits = tuple[tuple[float, float], ...]


def call(
    start_ms: int, length_ms: float, waits: Waits | None = (), throttle_ms: float | None = None
) -> ModelCall:
    """A call that was under way for so long, and was held back in these spans."""
    held = sum(b - a for a, b in waits or ()) if throttle_ms is None else throttle_ms
    return ModelCall(
        n=1, started_at="", start_ns=start_ms * MS, request_sha256="", model_asked="m", model_served=None,
        usage=Usage(), streamed=False, status=200, finish_reason=None, latency_ms=length_ms - held,
        first_token_ms=None, throttle_ms=held, tries=1, waits=waits,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        ([call(0, 100)], 0),
        ([call(0, 100, ((10, 40),))], 30),
        ([call(0, 100, ((0, 90),)), call(0, 100, ((0, 90),))], 90),
        ([call(0, 100, ((0, 90),)), call(50, 20)], 70),
        ([call(0, 100, ((0, 90),)), call(1000, 100, ((0, 90),))], 180),
        ([call(0, 100, None, throttle_ms=40)], 40),
        ([call(0, 100, None, throttle_ms=40), call(0, 100, None, throttle_ms=40)], 40),
        ([], 0),
    ],
    ids=[
        "none",
        "one",
        "side by side",
        "beside an answer",
        "one after the other",
        "an older record",
        "two",
        "no calls",
    ],
)
def test_time_is_counted_once_and_only_where_nothing_else_was_under_way(
    calls: list[ModelCall], expected: float
) -> None:
    """Calls that wait at the same time cost that time once."""
    assert throttled_ms(calls) == pytest.approx(expected)


SPANS = st.tuples(st.integers(0, 1000), st.integers(1, 500), st.floats(0, 1), st.floats(0, 1))


@given(st.lists(SPANS, max_size=12))
def test_it_is_never_more_than_the_time_in_which_calls_were_there(
    spans: list[tuple[int, int, float, float]],
) -> None:
    """Nor than all waits together."""
    calls = [call(s, n, ((min(a, b) * n, max(a, b) * n),)) for s, n, a, b in spans]
    found = throttled_ms(calls)
    there = max((s + n for s, n, *_ in spans), default=0) - min((s for s, *_ in spans), default=0)
    assert -1e-6 <= found <= min(there, sum(c.throttle_ms for c in calls)) + 1e-3
