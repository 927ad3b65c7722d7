"""A budget that several workers ask: in sum it is the endpoint's, and what a lost worker had comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from cab_core.gateway.budget import Budget
from cab_core.gateway.shared_budget import SharedBudget, SharedEndpoint

URL = "http://127.0.0.1:1/v1"


def asked(shared: SharedBudget, who: str) -> Callable[[dict[str, Any]], Awaitable[float]]:
    """Return how a worker of this name asks."""
    return lambda question: shared.answer(who, question)


def endpoint(shared: SharedBudget, who: str, **budget: int) -> SharedEndpoint:
    """Return an endpoint as a worker has it."""
    return SharedEndpoint(asked(shared, who), Budget(**budget), base_url=URL, key=None)


async def settled() -> None:
    """Let everything happen that waits for nothing."""
    for _ in range(20):
        await asyncio.sleep(0)


def test_two_workers_have_no_more_calls_than_the_endpoint_allows() -> None:
    """Who comes later waits, on whichever worker, until one has ended."""

    async def run() -> None:
        shared = SharedBudget()
        first, second = (endpoint(shared, who, calls_at_once=2) for who in "ab")
        await first.enter()
        await second.enter()
        waits = asyncio.ensure_future(second.enter())
        await settled()
        assert not waits.done()
        first.leave(5)
        await asyncio.wait_for(waits, 5)

    asyncio.run(run())


def test_what_a_lost_worker_had_comes_back() -> None:
    """Calls that were out, and those that waited."""

    async def run() -> None:
        shared = SharedBudget()
        lost, lives = (endpoint(shared, who, calls_at_once=1) for who in "ab")
        await lost.enter()
        waited = asyncio.ensure_future(lost.enter())
        await settled()
        shared.gone("a")
        await asyncio.wait_for(lives.enter(), 5)
        await waited
        last = asyncio.ensure_future(lives.enter())
        await settled()
        assert not last.done()
        last.cancel()

    asyncio.run(run())


def test_a_call_that_is_given_up_while_it_waits_takes_nothing() -> None:
    """As where a cell ends meanwhile: its place is the next one's."""

    async def run() -> None:
        shared = SharedBudget()
        one = endpoint(shared, "a", calls_at_once=1)
        await one.enter()
        given_up = asyncio.ensure_future(one.enter())
        await settled()
        given_up.cancel()
        await settled()
        one.leave(0)
        await asyncio.wait_for(one.enter(), 5)

    asyncio.run(run())


def test_tokens_and_pauses_are_everybody_s() -> None:
    """What one worker's call took, and what the endpoint asked one of them to wait, holds for the other."""

    async def run() -> None:
        shared = SharedBudget()
        first, second = (endpoint(shared, who, tokens_per_minute=10) for who in "ab")
        await first.enter()
        first.leave(10)
        await settled()
        waits = asyncio.ensure_future(second.enter())
        await settled()
        assert not waits.done()
        waits.cancel()
        other = SharedBudget()
        asks, waits_too = (endpoint(other, who, calls_at_once=5) for who in "ab")
        asks.pause(60)
        await settled()
        held = asyncio.ensure_future(waits_too.enter())
        await settled()
        assert not held.done()
        held.cancel()

    asyncio.run(run())
