"""The sums of calls, taken one by one, say what looking at all calls would."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from cab_core.records import CallSums, ModelCall, Usage, totals
from cab_core.records.calls import sum_of

COUNTS = st.none() | st.integers(0, 9)
CALLS = st.lists(
    st.builds(
        ModelCall,
        n=st.integers(1, 9),
        started_at=st.just(""),
        request_sha256=st.just(""),
        model_asked=st.just("m"),
        model_served=st.sampled_from([None, "a", "b"]),
        usage=st.builds(Usage, prompt=COUNTS, completion=COUNTS, cached=COUNTS),
        streamed=st.booleans(),
        status=st.sampled_from([None, 200, 400]),
        finish_reason=st.none(),
        latency_ms=st.integers(0, 9).map(float),
        first_token_ms=st.sampled_from([None, 1.0]),
        throttle_ms=st.integers(0, 9).map(float),
        tries=st.just(1),
        fault=st.sampled_from([None, None, "dropped"]),
        refused=st.sampled_from([None, None, "context"]),
        broken_off=st.booleans(),
        hung_up=st.booleans(),
        events=st.sampled_from([None, 0, 1]),
        at_least=COUNTS,
        odd=st.sampled_from([None, "odd"]),
        usd=st.sampled_from([None, 0.0, 0.5]),
    ),
    max_size=6,
)


@given(CALLS)
@settings(max_examples=300)
def test_the_calls_that_decide_are_kept(calls: list[ModelCall]) -> None:
    """The newest, the last of which something can be said, the last that was cut, the longest."""
    found = CallSums.of(calls)
    decided = [c for c in calls if c.began or c.ended in ("refused", "failed")]
    cut = [c for c in calls if c.ended in ("cut", "unanswered")]
    assert (found.decided, found.cut) == tuple(part[-1] if part else None for part in (decided, cut))
    newest = max((c.n for c in calls), default=0)
    assert found.last is next((c for c in reversed(calls) if c.n == newest), None)
    assert found.longest is max(calls, key=lambda c: c.latency_ms, default=None)
    assert found.newest == max((c.n for c in calls), default=0)
    assert found.waited_ms == sum(c.latency_ms + c.throttle_ms for c in calls)


@given(CALLS)
@settings(max_examples=300)
def test_the_ends_of_calls_are_counted(calls: list[ModelCall]) -> None:
    """Those that were refused by what was wrong, where that is known."""
    found = CallSums.of(calls)
    assert found.count == sum(found.ends.values()) == len(calls)
    assert found.answered == any(c.ended == "answered" for c in calls)
    assert found.in_form == any(c.ended == "answered" and c.odd is None for c in calls)
    assert found.ends["context"] == sum(c.ended == "refused" and c.refused is not None for c in calls)
    assert found.ends["refused"] == sum(c.ended == "refused" and c.refused is None for c in calls)
    assert found.models == {c.model_served for c in calls} - {None}


@given(CALLS)
@settings(max_examples=300)
def test_tokens_are_summed_where_all_are_known(calls: list[ModelCall]) -> None:
    """One call of unknown usage that took some makes each sum unknown; one that never began to be answered none."""
    found = totals(calls)
    known = [c for c in calls if c.tokens is not None]
    silent = [
        c for c in calls
        if c.tokens is None and c.status == 200 and not (c.fault is not None and c.events == 0)
    ]  # fmt: skip
    assert CallSums.of(calls).usage_known == bool(known)
    if silent or not known:
        at_least = sum(c.tokens or 0 for c in known) + sum(c.at_least or 0 for c in silent)
        assert (found.total, found.without_usage, found.at_least) == (None, len(silent), at_least or None)
    else:
        assert found.total == sum(c.tokens or 0 for c in known)
        assert found.cached == sum_of(c.usage.cached for c in known)
        assert found.usd == sum_of(c.usd for c in known)
