"""One model call through the gateway: ask, wait and ask again, pass on, record."""

from __future__ import annotations

import asyncio
import hashlib
import random
import time
from collections.abc import Mapping

import aiohttp
import attrs
from aiohttp import web

from cab_core.records import ModelCall

from .answer import Answer
from .session import CellSession
from .upstream import HOP
from .wire import EventSplitter, Reading, ask_for_usage, decode, event_data, is_usage_only, parse_object

TRIES = 4  # how often a call is sent when the upstream says 429 or 5xx, or is not there
BACKOFF_S = 0.5  # before the second try; doubles with each
LONGEST_WAIT_S = 60.0


class Dropped(Exception):
    """The upstream broke off in the middle of its answer."""


@attrs.define
class Call:
    """A call under way, and what becomes its record."""

    session: CellSession
    n: int
    path: str
    body: bytes
    headers: Mapping[str, str]
    started: float = attrs.field(factory=time.monotonic)
    start_ns: int = attrs.field(factory=time.time_ns)
    reading: Reading = attrs.field(factory=Reading)
    tries: int = 0
    status: int | None = None
    first_byte: float | None = None
    throttled: float = 0.0
    fault: str | None = None
    error: str | None = None
    streamed: bool = False
    broken_off: bool = False

    recorded: bool = False

    def finish(self) -> None:
        """Record the call, once: before the CLI has its last byte, so that limits see it in time."""
        if not self.recorded:
            self.recorded = True
            self.session.ended(self.record())

    def record(self) -> ModelCall:
        """Return the record of the call as it stands now."""
        from cab_core.trace.clock import iso_of_ns

        asked = parse_object(self.body).get("model")
        elapsed = time.monotonic() - self.started
        return ModelCall(
            n=self.n,
            started_at=iso_of_ns(self.start_ns),
            start_ns=self.start_ns,
            request_sha256=hashlib.sha256(self.body).hexdigest(),
            model_asked=self._short(asked),
            model_served=self._short(self.reading.model),
            usage=self.reading.usage,
            streamed=self.streamed,
            status=self.status,
            finish_reason=self._short(self.reading.finish_reason),
            latency_ms=(elapsed - self.throttled) * 1000,
            first_token_ms=None
            if self.first_byte is None
            else (self.first_byte - self.started - self.throttled) * 1000,
            throttle_ms=self.throttled * 1000,
            tries=self.tries,
            fault=self.fault,
            error=self._short(self.error or self.reading.error, 500),
            broken_off=self.broken_off,
        )

    def _short(self, text: object, limit: int = 200) -> str | None:
        """What somebody else wrote, without the key, and no longer than a record needs."""
        if not isinstance(text, str):
            return None
        clean = self.session.upstream.redact(text.encode("utf-8", "replace")).decode("utf-8", "replace")
        return clean[:limit]


async def relay(call: Call, request: web.Request) -> web.StreamResponse:
    """Carry one call out and record it, however it ends."""
    try:
        return await _try_until_answered(call, request)
    except Dropped:
        call.fault, call.error = "dropped", "the upstream broke off in the middle of its answer"
        return _broken(request)
    except (OSError, TimeoutError, aiohttp.ClientError) as exc:
        call.fault = _fault_of(exc)
        call.error = f"{type(exc).__name__}: {exc}"[:500]
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
    extended = ask_for_usage(call.body)
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
                    return _pass_error(call, answer, data)
                if answer.status < 400:
                    return await _pass_on(call, answer, request, hide_usage=extended is not None)
                data = await _all(answer)
                wait = _wait_before_retry(call, answer)
                if last or wait is None:
                    return _pass_error(call, answer, data)
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
    encoding = "identity" if parse_object(call.body).get("stream") else "gzip, deflate"
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


def _pass_error(call: Call, answer: Answer, data: bytes) -> web.Response:
    if answer.status in (401, 403, 404, 429) or answer.status >= 500:
        call.fault = f"http_{answer.status}"
    if (decoded := decode(_encoding(answer), data)) is None:
        # What cannot be read may hold the key: not a byte of it goes on.
        call.error = _unreadable(answer)
        return web.json_response({"error": {"message": call.error, "type": "upstream"}}, status=answer.status)
    call.reading.take(parse_object(decoded))
    call.error = call.reading.error or decoded[:300].decode("utf-8", "replace")
    return _plain_response(call, answer, data, decoded)


def _encoding(answer: Answer) -> str:
    return answer.headers.get("Content-Encoding", "").strip()


def _unreadable(answer: Answer) -> str:
    return f"the endpoint's answer cannot be read: Content-Encoding {_encoding(answer)[:80]!r}"


def _plain_response(call: Call, answer: Answer, raw: bytes, decoded: bytes) -> web.Response:
    """The body as it came; or, where it holds our key, decoded and without it."""
    safe = call.session.upstream.redact(decoded)
    headers = _passed_headers(answer)
    if safe == decoded:
        return web.Response(status=answer.status, body=raw, headers=headers)
    plain = {k: v for k, v in headers.items() if k.lower() != "content-encoding"}
    return web.Response(status=answer.status, body=safe, headers=plain)


def _passed_headers(answer: Answer) -> dict[str, str]:
    dropped = HOP | {"content-length", "set-cookie", "server", "date"}
    return {k: v for k, v in answer.headers.items() if k.lower() not in dropped}


async def _pass_on(call: Call, answer: Answer, request: web.Request, hide_usage: bool) -> web.StreamResponse:
    # It was asked for plain; one that is packed all the same is read as a whole.
    packed = _encoding(answer).lower() not in ("", "identity")
    call.streamed = "event-stream" in answer.headers.get("Content-Type", "") and not packed
    try:
        if call.streamed:
            return await _pass_stream(call, answer, request, hide_usage)
        return await _pass_body(call, answer)
    except aiohttp.ClientPayloadError as exc:
        raise Dropped from exc


async def _pass_body(call: Call, answer: Answer) -> web.Response:
    """Read a plain body whole, then pass it on."""
    raw = bytearray()
    async for chunk in answer.body:
        call.first_byte = call.first_byte or time.monotonic()
        raw += chunk
    if not raw.strip():
        raise Dropped
    if (decoded := decode(_encoding(answer), bytes(raw))) is None:
        raise ValueError(_unreadable(answer))
    call.reading.take(parse_object(decoded))
    call.finish()
    return _plain_response(call, answer, bytes(raw), decoded)


async def _pass_stream(
    call: Call, answer: Answer, request: web.Request, hide_usage: bool
) -> web.StreamResponse:
    """Pass a stream on event by event, each as it came but for our key."""
    response = web.StreamResponse(status=answer.status, headers=_passed_headers(answer))
    await response.prepare(request)
    reader = _StreamReader(call, hide_usage)
    async for chunk in answer.body:
        call.first_byte = call.first_byte or time.monotonic()
        out = reader.feed(chunk)
        if call.reading.done:
            call.finish()
        if out:
            await _write(call, response, out)
    rest = reader.end()
    call.finish()
    if rest:
        await _write(call, response, rest)
    await response.write_eof()
    return response


async def _write(call: Call, response: web.StreamResponse, data: bytes) -> None:
    try:
        await response.write(data)
    except ConnectionError as exc:
        if call.error is None:
            call.error = f"the CLI went away: {exc}"[:200]


class _StreamReader:
    """An event stream: read event by event; the usage event that we asked for is kept back."""

    def __init__(self, call: Call, hide_usage: bool) -> None:
        self._reading, self._hide = call.reading, hide_usage
        self._redact = call.session.upstream.redact
        self._splitter = EventSplitter()

    def feed(self, data: bytes) -> bytes:
        """Return what goes on to the CLI."""
        return b"".join(self._redact(e) for e in self._splitter.feed(data) if self._take(e))

    def _take(self, event: bytes) -> bool:
        data = event_data(event)
        if data == b"[DONE]":
            self._reading.done = True
            return True
        parsed = parse_object(data)
        self._reading.take(parsed)
        return not (self._hide and is_usage_only(parsed))

    def end(self) -> bytes:
        """Return what is left; a stream without its end was dropped."""
        rest = self._splitter.flush()
        self._take(rest)
        if not self._reading.done and self._reading.finish_reason is None and self._reading.error is None:
            raise Dropped
        return self._redact(rest)
