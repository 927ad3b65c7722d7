"""One model call through the gateway: ask, wait and ask again, have it passed on and recorded."""

from __future__ import annotations

import asyncio
import random
import time

import aiohttp
from aiohttp import web

from .answer import Answer
from .call import Call
from .forward import Dropped, forward_answer, forward_error

TRIES = 4  # how often a call is sent when the upstream says 429 or 5xx, or is not there
BACKOFF_S = 0.5  # before the second try; doubles with each
LONGEST_WAIT_S = 60.0


async def relay(call: Call, request: web.Request) -> web.StreamResponse:
    """Carry one call out and record it, however it ends."""
    try:
        return await _try_until_answered(call, request)
    except Dropped:
        call.fault, call.error = "dropped", "the upstream broke off in the middle of its answer"
        return _broken(request)
    except (OSError, TimeoutError, aiohttp.ClientError) as exc:
        call.fault = _fault_of(exc)
        call.error = f"{type(exc).__name__}: {exc}"
        if call.first_byte is not None:
            return _broken(request)
        return web.json_response(
            {"error": {"message": f"upstream {call.fault}", "type": "upstream"}}, status=502
        )
    except (ValueError, TypeError, LookupError, ArithmeticError, RecursionError) as exc:
        call.fault, call.error = "malformed", f"{type(exc).__name__}: {exc}"
        return _broken(request)
    except asyncio.CancelledError:
        call.broken_off = True
        if call.status is not None and call.status >= 400:
            call.fault = f"http_{call.status}"
        call.error = "broken off before the upstream had answered: the CLI hung up, or the cell ended"
        raise
    finally:
        call.finish()


def _fault_of(exc: BaseException) -> str:
    if isinstance(exc, TimeoutError):
        return "timeout"
    return "dropped" if isinstance(exc, aiohttp.ServerDisconnectedError) else "unreachable"


def _broken(request: web.Request) -> web.StreamResponse:
    """Break off towards the CLI as the upstream did towards us."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=502)


async def _try_until_answered(call: Call, request: web.Request) -> web.StreamResponse:
    upstream = call.session.upstream
    extended = call.asked.with_usage
    while True:
        call.tries += 1
        call.throttled += await upstream.wait()
        last = call.tries >= TRIES
        try:
            async with upstream.ask(call.path, _headers(call), extended or call.body) as answer:
                call.status = answer.status
                if extended and answer.status == 400 and not last:
                    data = await _all(answer)
                    if b"stream_options" in data or b"include_usage" in data:
                        extended = None
                        continue
                    return forward_error(call, answer, data)
                if answer.status < 400:
                    return await forward_answer(call, answer, request, hide_usage=extended is not None)
                data = await _all(answer)
                wait = _wait_before_retry(call, answer)
                if last or wait is None:
                    return forward_error(call, answer, data)
                if answer.status == 429 or "Retry-After" in answer.headers:
                    upstream.pause(wait)  # the endpoint asks everybody to wait
                    continue
        except aiohttp.ClientConnectorError:
            wait = _fits(call, _backoff(call.tries))
            if last or wait is None:
                raise
        await asyncio.sleep(wait)
        call.throttled += wait


def _headers(call: Call) -> dict[str, str]:
    """The CLI's headers; compressed only in ways that can be read, and never where events are read."""
    encoding = "identity" if call.asked.stream else "gzip, deflate"
    kept = {k: v for k, v in call.headers.items() if k.lower() != "accept-encoding"}
    return {**kept, "Accept-Encoding": encoding}


def _backoff(tries: int) -> float:
    return float(BACKOFF_S * 2 ** (tries - 1) * random.uniform(0.8, 1.2))


def _wait_before_retry(call: Call, answer: Answer) -> float | None:
    """Return how long to wait before the next try, or None where there is to be none."""
    if answer.status != 429 and answer.status < 500:
        return None
    try:
        asked = float(answer.headers.get("Retry-After", ""))
    except ValueError:
        asked = 0.0
    return _fits(call, max(asked, _backoff(call.tries)))


def _fits(call: Call, wait: float) -> float | None:
    left = call.session.deadline - time.monotonic()
    return wait if wait <= min(LONGEST_WAIT_S, left) else None


async def _all(answer: Answer) -> bytes:
    return b"".join([chunk async for chunk in answer.body])
