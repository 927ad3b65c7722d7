"""What a cell's account says of its calls: what they cost, and whether that was too much."""

from __future__ import annotations

import gc
import resource
import weakref
from pathlib import Path

import attrs
import pytest

from cab_core.gateway.price import Price
from cab_core.gateway.session import CellSession, new_token
from cab_core.gateway.upstream import EndpointUpstream
from cab_core.plugins.protocols import StopSignal
from cab_core.records import Limits, ModelCall, Usage, totals
from tests.support.wire import CHAT

CALL = ModelCall(
    n=1,
    started_at="",
    request_sha256="",
    model_asked="m",
    model_served="m",
    usage=Usage(prompt=1_000_000, completion=0),
    streamed=False,
    status=200,
    finish_reason="stop",
    latency_ms=1,
    first_token_ms=1,
    throttle_ms=0,
    tries=1,
)


def opened(record: Path, limits: Limits) -> CellSession:
    """Return a cell's account."""
    return CellSession(
        protocol=CHAT,
        token=new_token(),
        model="m",
        upstream=EndpointUpstream("http://127.0.0.1:9/v1", None),
        limits=limits,
        record=record,
        stop=StopSignal(),
        price=Price(2, 3, 1),
    )


@pytest.mark.parametrize(
    ("price", "cached", "usd"),
    [
        (Price(2, 3), None, 2.0),
        (Price(2, 3, 2), None, 2.0),
        (Price(2, 3, 1), None, None),
        (Price(2, 3, 1), 0, 2.0),
        (Price(2, 3, 1), 500_000, 1.5),
        (Price(2, 3, 1), 9_000_000, 1.0),
    ],
)
def test_what_a_call_cost_is_known_or_unknown(price: Price, cached: int | None, usd: float | None) -> None:
    """Where cached tokens have a price of their own, how many there were must have been said."""
    assert price.of(attrs.evolve(CALL, usage=attrs.evolve(CALL.usage, cached=cached))) == usd


def test_a_limit_takes_tokens_as_not_cached_until_it_is_said(tmp_path: Path) -> None:
    """What a cell cost stays unknown then, and its limit holds."""
    session = opened(tmp_path / "calls.jsonl", Limits(wall_s=20, usd=2.0))
    session.ended(CALL, 0)
    assert session.admit() == "limit_cost"
    assert (totals(session.calls).total, totals(session.calls).usd) == (1_000_000, None)
    session.close()


def test_calls_that_have_ended_are_on_disk_and_not_in_memory(tmp_path: Path) -> None:
    """But for the few that decide how the cell ended."""
    session, held = opened(tmp_path / "calls.jsonl", Limits(wall_s=20)), []
    for n in range(100):
        call = attrs.evolve(CALL, n=n + 1)
        held.append(weakref.ref(call))
        session.ended(call, 0)
        del call
    gc.collect()
    assert sum(call() is not None for call in held) <= 4
    assert [call.n for call in session.calls] == list(range(1, 101))
    session.close()


def test_a_call_that_cannot_be_recorded_is_the_last(tmp_path: Path) -> None:
    """A full disk: what was spent counts, and no further call is admitted."""
    session = opened(Path("/dev/full"), Limits(wall_s=20))
    assert session.admit() == 1
    with pytest.raises(OSError, match="No space left"):
        session.ended(CALL, 0)
    assert (session.sums.tokens.total, len(session.calls)) == (1_000_000, 0)
    assert session.lost is not None and session.admit() == "cancelled"
    session.close()


def test_half_a_line_is_taken_back(tmp_path: Path) -> None:
    """The disk was full in the middle of it: what was recorded before stays readable."""
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    session = opened(tmp_path / "calls.jsonl", Limits(wall_s=20))
    session.ended(CALL, 0)
    size = (tmp_path / "calls.jsonl").stat().st_size
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 10, limit[1]))
        with pytest.raises(OSError, match="No space left"):
            session.ended(CALL, 0)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert (tmp_path / "calls.jsonl").stat().st_size == size
    assert [call.n for call in session.calls] == [1]
    session.close()
