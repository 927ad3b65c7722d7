"""One model call through the gateway: ask, wait and ask again, have it passed on and recorded."""

from __future__ import annotations

import asyncio
import random
import time

import aiohttp
from aiohttp import web

from . import fault
from .answer import Answer
from .call import Call
from .events import parse_error
from .forward import LARGEST_ERROR, forward_answer, forward_error, read_error
from .in_vain import MOST, Failed
from .off_loop import off_loop
from .parameters import sent, withdraw
from .refusal import refusal
from .unkeyed import json_answer
from .waits import asked_wait, wait_in_body

BACKOFF_S = 0.5  # before the second try; doubles with each
LONGEST_WAIT_S = 60.0


async def relay(call: Call, request: web.BaseRequest) -> web.StreamResponse:
    """Carry one call out and record it, however it ends."""
    call.session.under_way[call.n] = call
    try:
        before = call.session.in_vain.before(call.body)
        if before is not None and before.sent >= MOST:
            return await _held_back(call, before)
        call.sent_before = before.sent if before is not None else 0
        return await _try_until_answered(call, request)
    except asyncio.CancelledError:
        call.break_off()
        raise
    except Exception as exc:
        call.verdict, call.error = fault.of_exception(exc, call.status), fault.told(exc)
        if call.session.crashed(exc):
            call.verdict = fault.PLUGIN
        elif not isinstance(exc, fault.TROUBLE):
            raise
        return _without_answer(call, request)
    finally:
        call.finish()
        del call.session.under_way[call.n]
        await call.over()


def _without_answer(call: Call, request: web.BaseRequest) -> web.StreamResponse:
    """Tell the CLI; or, where a part of the answer has gone to it, break off as the upstream did."""
    message = f"upstream {call.verdict.fault}"
    if call.forwarding:
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=502)
    return refusal(call.session.protocol, 502, message, "upstream")


async def _held_back(call: Call, before: Failed) -> web.Response:
    """Refuse what the endpoint failed often enough to answer: its fault, in a form that ends a CLI's tries.

    A status that means the request, and no word or number that means a server: some look for these.
    """
    call.verdict, call.error = fault.Verdict(before.fault), before.error
    said = "cab: the endpoint was asked this often enough in vain, and is not asked again"
    body = call.session.protocol.error(400, said, "cab_in_vain")
    answer = await call.noted(json_answer(400, body))
    async for _ in answer.body:
        pass  # so that a replay has it, too
    return refusal(call.session.protocol, 400, said, "cab_in_vain")


async def _try_until_answered(call: Call, request: web.BaseRequest) -> web.StreamResponse:
    upstream = call.session.upstream
    extended = call.asked.extended
    while True:
        call.tries += 1
        call.held("throttled")
        call.waited(await upstream.enter())
        last = not call.may_try_again
        try:
            base = extended or call.body
            body = await off_loop(len(base), sent, base, call.settings) if call.settings else base
            async with upstream.ask(call.outgoing(_headers(call), body)) as came:
                call.status, call.verdict = came.status, fault.ANSWERED
                answer = await call.noted(came)
                if answer.status < 300:
                    response = await forward_answer(call, answer, request, hide=extended is not None)
                    _heed_answer(call)
                    return response
                data = await _all(call, answer)
                said = read_error(call, answer, data)
                if extended and 400 <= answer.status < 500 and _about_usage(said):
                    extended = None
                    call.withdrawn += 1
                    continue
                if _withdrawn(call, answer, said):
                    call.withdrawn += 1
                    continue
                asked = _asked(call, answer, said)
                wait = _wait_before_retry(call, answer, asked)
                if last or wait is None:
                    return forward_error(call, answer, data)
                if answer.status == 429 or asked is not None:
                    upstream.pause(wait)  # the endpoint asks everybody to wait
                    continue
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as exc:
            call.verdict, call.error = fault.of_exception(exc, None), fault.told(exc)
            wait = _fits(call, _backoff(call))
            if last or wait is None or call.verdict.fault != "unreachable":
                raise
        finally:
            upstream.leave(call.took)
        call.held(_trouble(call))
        await asyncio.sleep(wait)
        call.waited(wait)


def _trouble(call: Call) -> str:
    """Why a call is about to be sent again, in a few words."""
    return f"endpoint {call.verdict.fault}" if call.status is None else f"endpoint said {call.status}"


def _about_usage(data: bytes) -> bool:
    return b"stream_options" in data or b"include_usage" in data


def _withdrawn(call: Call, answer: Answer, said: bytes) -> bool:
    """Withdraw what the gateway set and a refusal names; too long a conversation is none of that."""
    if answer.status not in (400, 422) or call.verdict.refused == "context":
        return False
    return withdraw(call.settings, said)


def _heed_answer(call: Call) -> None:
    """Take what an answer teaches: where parameters are taken; that it was an error, and asks to wait."""
    failed = call.reading.failed
    if call.verdict == fault.ANSWERED:
        call.session.parameters.taken(call.settings)
    elif failed is not None and not call.verdict.refused:
        wait = wait_in_body(call.session.protocol, failed)
        if wait is not None and _fits(call, wait) is not None:
            call.session.upstream.pause(wait)


def _headers(call: Call) -> dict[str, str]:
    """What goes on; compressed only in ways that can be read, and never where events are read."""
    encoding = "identity" if call.asked.stream else "gzip, deflate"
    return {**call.session.client.of(call.headers), "Accept": "*/*", "Accept-Encoding": encoding}


def _backoff(call: Call) -> float:
    """Return the seconds before the next try.

    They go on where an earlier call asked the same: 8 times in a row then take a minute, after which most
    limits are new and most servers are up again.
    """
    before = call.sent_before + call.troubled
    return float(BACKOFF_S * 2 ** (before - 1) * random.uniform(0.8, 1.2))


def _wait_before_retry(call: Call, answer: Answer, asked: float | None) -> float | None:
    """Return how long to wait before the next try, or None where there is to be none."""
    if call.verdict.refused or (answer.status != 429 and answer.status < 500):
        return None
    return _fits(call, max(asked or 0.0, _backoff(call)))


def _asked(call: Call, answer: Answer, said: bytes) -> float | None:
    """Return the seconds that a refusal asks to wait: the longest that header or body says."""
    in_body = wait_in_body(call.session.protocol, parse_error(said))
    found = (asked_wait(answer.status, answer.headers), in_body)
    return max((wait for wait in found if wait is not None), default=None)


def _fits(call: Call, wait: float) -> float | None:
    left = call.session.deadline - time.monotonic()
    return wait if wait <= min(LONGEST_WAIT_S, left) else None


async def _all(call: Call, answer: Answer) -> bytes:
    """Return the body of a refusal, or so much of it that it is seen to be too large."""
    data = bytearray()
    async for chunk in answer.body:
        call.came(len(chunk))
        data += chunk[: LARGEST_ERROR + 1 - len(data)]
        if len(data) > LARGEST_ERROR:
            break  # the connection is closed with what is left
    return bytes(data)
