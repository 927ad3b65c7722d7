"""How much of an endpoint all cells together use."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.gateway import budget as module
from cab_core.gateway.budget import Budget, Throttle


class Clock:
    """A clock that stands still but for who sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture(autouse=True)
def clock() -> Iterator[Clock]:
    """The module's clock; hours pass at once."""
    found = Clock()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "time", found)
        patch.setattr(module.asyncio, "sleep", found.sleep)
        yield found


async def begin(throttle: Throttle, calls: int, tokens: int = 0) -> list[float]:
    """When each of so many calls in a row was let in."""
    begun = []
    for _ in range(calls):
        await throttle.enter()
        begun.append(module.time.monotonic())
        throttle.leave(tokens)
    return begun


def within_a_minute(begun: list[float]) -> int:
    """The most that began in any minute."""
    return max(sum(start <= other < start + 60 for other in begun) for start in begun)


def test_without_a_budget_nobody_waits(clock: Clock) -> None:
    """And nothing is said to have been waited."""

    async def work() -> float:
        return await Throttle().enter()

    assert asyncio.run(work()) == 0.0 and clock.now == 1000.0


@given(st.integers(1, 5), st.integers(1, 30))
def test_calls_in_any_minute_are_bounded(limit: int, calls: int) -> None:
    """However many want to begin, and none waits longer than it must."""
    begun = asyncio.run(begin(Throttle(Budget(calls_per_minute=limit)), calls))
    assert within_a_minute(begun) <= limit
    assert all(b - a in (0, 60) or abs(b - a - 60) < 1e-6 for a, b in itertools.pairwise(begun))


@given(st.integers(1, 100), st.integers(1, 100), st.integers(1, 12))
def test_tokens_in_any_minute_are_bounded_but_for_the_call_under_way(
    limit: int, each: int, calls: int
) -> None:
    """A call begins only where less than the limit was taken in the minute before."""
    begun = asyncio.run(begin(Throttle(Budget(tokens_per_minute=limit)), calls, each))
    for start in begun:
        before = sum(each for other in begun if start - 60 < other < start)
        assert before < limit


def test_calls_at_once_are_bounded_and_the_wait_is_said(clock: Clock) -> None:
    """The next begins when one ends."""

    async def work() -> tuple[bool, float]:
        throttle = Throttle(Budget(calls_at_once=1))
        await throttle.enter()
        second = asyncio.create_task(throttle.enter())
        for _ in range(3):
            await asyncio.tasks.__sleep0()  # type: ignore[attr-defined]
        waits = not second.done()
        clock.now += 7
        throttle.leave(0)
        return waits, await second

    assert asyncio.run(work()) == (True, 7.0)


def test_who_is_broken_off_while_waiting_takes_no_room() -> None:
    """A cell's end leaves the endpoint to the others."""

    async def work() -> float:
        throttle = Throttle(Budget(calls_at_once=1, calls_per_minute=1))
        await throttle.enter()
        throttle.leave(0)
        stopped = asyncio.create_task(throttle.enter())
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module.asyncio, "sleep", lambda _: asyncio.Event().wait())
            await asyncio.tasks.__sleep0()  # type: ignore[attr-defined]
            stopped.cancel()
            await asyncio.gather(stopped, return_exceptions=True)
        return await throttle.enter()

    assert asyncio.run(work()) == pytest.approx(60.0)


def test_a_pause_holds_for_all(clock: Clock) -> None:
    """The endpoint asked for it."""

    async def work() -> float:
        throttle = Throttle()
        throttle.pause(5.0)
        return await throttle.enter()

    assert asyncio.run(work()) == 5.0
