"""Forwarding to the CLI: an answer byte for byte as the upstream sent it, a refusal without our key."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable

import attrs
from aiohttp import web
from multidict import CIMultiDict

from .answer import Answer
from .call import Call
from .coding import decode
from .error_body import ErrorBody, one_line
from .events import begins_a_stream, parse_error
from .fault import MALFORMED, Dropped, Empty, of_error
from .json_body import parse_objects
from .off_loop import LARGE, off_loop
from .refusal import refusal
from .stream import StreamReader
from .upstream import HOP

READ_AS_TEXT = 4000  # bytes of an error that is no JSON
LARGEST_ERROR = 1 << 20  # bytes of a refusal, unpacked
_LARGEST = 64 << 20  # bytes of an answer that is no stream
_DROPPED = HOP | {"content-length", "set-cookie", "server", "date"}  # headers
_WAIT = ("Retry-After", "Retry-After-Ms")


def read_error(call: Call, answer: Answer, data: bytes) -> bytes:
    """Judge a refusal, of which `data` is the body: whose fault it is. Return the body as it can be read."""
    decoded = (decode(_encoding(answer), data) or b"")[:LARGEST_ERROR]
    said = ErrorBody.of(parse_error(decoded), decoded[:READ_AS_TEXT].decode("utf-8", "replace"))
    call.verdict = of_error(answer.status, said, call.suspect, call.asked.sound)
    return decoded


def forward_error(call: Call, answer: Answer, data: bytes) -> web.Response:
    """Pass on a refusal, of which `data` is the body."""
    if answer.status < 400:
        # A redirect leads away from the endpoint, and the cell's token with it.
        call.error = f"{answer.status} {answer.headers.get('Location', '')}".strip()
        call.error = call.session.upstream.redact(call.error.encode("utf-8", "replace")).decode()[:300]
        return refusal(call.session.protocol, 502, call.error, "upstream")
    if (decoded := decode(_encoding(answer), data)) is None:
        # What cannot be read may hold the key: not a byte of it goes on.
        call.error = _unreadable(answer)
        return refusal(call.session.protocol, answer.status, call.error, "upstream")
    if len(decoded) > LARGEST_ERROR:
        # The first words alone: where a body is cut, a part of our key may stand.
        call.error = f"(of more than {LARGEST_ERROR >> 20} MiB) {_as_text(call, decoded)}"
        return refusal(call.session.protocol, answer.status, call.error, "upstream")
    call.reading.take(parse_error(decoded))
    # Nothing is cut before it is recorded without the key: half a key would not be known again.
    call.error = call.failed_with or _as_text(call, decoded)
    return _refusal(call, answer, data, decoded)


def _as_text(call: Call, body: bytes) -> str:
    """What is no JSON, to be told: the first words, without the key before they are cut."""
    safe = call.session.upstream.redact(body[:LARGEST_ERROR])
    return one_line(safe[:READ_AS_TEXT].decode("utf-8", "replace"))


def _encoding(answer: Answer) -> str:
    return answer.headers.get("Content-Encoding", "").strip()


def _unreadable(answer: Answer) -> str:
    return f"the endpoint's answer cannot be read: Content-Encoding {_encoding(answer)[:80]!r}"


def _refusal(call: Call, answer: Answer, raw: bytes, decoded: bytes) -> web.Response:
    """The body as it came; or, where it holds our key, decoded and without it."""
    safe = call.session.upstream.redact(decoded)
    headers = _forwarded_headers(call, answer)
    if answer.status == 429 or answer.status >= 500:
        # Whether and when to try again was decided here: a client that does so too multiplies that, and one
        # that waits as long as it is told, an hour with some, is ended by its limit with nothing said.
        for name in _WAIT:
            headers.popall(name, None)
        headers.setdefault("x-should-retry", "false")
    if safe == decoded:
        return web.Response(status=answer.status, body=raw, headers=headers)
    headers.popall("Content-Encoding", None)
    return web.Response(status=answer.status, body=safe, headers=headers)


def _forwarded_headers(call: Call, answer: Answer) -> CIMultiDict[str]:
    """Return the headers that go on, each as often as it came."""
    kept = [(k, v) for k, v in answer.headers.items() if k.lower() not in _DROPPED]
    redact = call.session.upstream.redact
    # Looked through together: a key stands in hardly any.
    together = "\n".join(v for _, v in kept).encode("utf-8", "surrogateescape")
    if redact(together) == together:
        return CIMultiDict(kept)
    data = [(k, v.encode("utf-8", "surrogateescape")) for k, v in kept]
    return CIMultiDict((k, redact(v).decode("utf-8", "surrogateescape")) for k, v in data)


async def forward_answer(
    call: Call, answer: Answer, request: web.BaseRequest, hide: bool
) -> web.StreamResponse:
    """Pass on an answer as it comes. `hide`: what is there only because we asked for it.

    Raises:
        Dropped, aiohttp.ClientError: the upstream broke off.
        Empty: it sent nothing.
        ValueError: the answer cannot be read, so nobody knows what is in it.
    """
    # It was asked for plain; one that is packed all the same is read as a whole.
    packed = _encoding(answer).lower() not in ("", "identity")
    named = "event-stream" in answer.headers.get("Content-Type", "").lower()
    if call.asked.stream and not packed and not named:
        answer, named = await _looked_into(call, answer)
        call.odd = "its events were not sent as an event stream" if named else None
    call.streamed = named and not packed
    if call.streamed:
        return await _forward_stream(call, answer, request, hide)
    return await _forward_body(call, answer)


async def _looked_into(call: Call, answer: Answer) -> tuple[Answer, bool]:
    """Return the answer, and whether it begins as a stream does: some servers call one by another name."""
    begun, body = b"", answer.body
    async for chunk in body:
        call.came(0)  # its bytes are counted where they are passed on
        begun += chunk
        if begun.strip():
            break

    async def whole() -> AsyncIterator[bytes]:
        if begun:
            yield begun
        async for chunk in body:
            yield chunk

    return attrs.evolve(answer, body=whole()), begins_a_stream(begun)


async def _forward_body(call: Call, answer: Answer) -> web.Response:
    """Read a plain body whole, then pass it on."""
    raw, holds_key = bytearray(), call.session.upstream.watch()
    async for chunk in answer.body:
        call.came(len(chunk))
        if chunk.strip():  # some send blanks while the model thinks
            call.wrote()
        raw += chunk
        if len(raw) > _LARGEST:
            raise ValueError(f"the endpoint's answer is larger than {_LARGEST >> 20} MiB")
        call.session.key_echoed |= holds_key(chunk)
    if not raw.strip():
        raise Empty
    if (decoded := decode(_encoding(answer), bytes(raw))) is None:
        raise ValueError(_unreadable(answer))
    call.session.key_echoed |= decoded != raw and holds_key(decoded)
    await _read(call, decoded)
    call.finish()
    return web.Response(status=answer.status, body=bytes(raw), headers=_forwarded_headers(call, answer))


async def _read(call: Call, body: bytes) -> None:
    """Read a body; a large one apart, since the call may be broken off and recorded while a thread reads."""
    if len(body) <= LARGE:
        _read_whole(call, body)
        return
    found = call.apart()
    await off_loop(len(body), _read_whole, found, body)
    call.take_over(found)


def _read_whole(call: Call, body: bytes) -> None:
    """Read a body: an object, or events that were sent as one. What is neither is passed on all the same."""
    if found := parse_objects(body):
        for answer in found:
            call.reading.take(answer)
        call.reading.done = True
        call.odd = "it is one body, where a stream was asked for" if call.asked.stream else None
    elif b"data:" in body:
        call.odd = "its events were not sent as an event stream"
        reader = StreamReader(call, hide=False)
        reader.feed(body)
        reader.end()
    call.read()
    if not call.reading.events:
        call.first_token = None
    if call.verdict.fault == "empty":
        call.verdict = call.verdict if found else MALFORMED
        call.error = _as_text(call, body)


async def _forward_stream(
    call: Call, answer: Answer, request: web.BaseRequest, hide: bool
) -> web.StreamResponse:
    """Pass a stream on event by event, each as it came."""
    out, reader = _Outflow(call, answer, request), StreamReader(call, hide, call.session.upstream.watch())
    if not answer.ready():
        await out.begin()  # a CLI may wait for the headers alone
    async for chunk in answer.body:
        call.came(len(chunk))
        out.add(reader.feed(chunk))
        if call.reading.done:
            call.read()
            call.finish()
        if not answer.ready():
            await out.flush()
    try:
        rest = reader.end()
    except (Dropped, Empty):
        await out.flush()
        raise
    call.read()
    call.finish()
    return await out.end(rest)


class _Outflow:
    """What goes to the CLI of a stream. What is there at one time goes out together: each write costs."""

    def __init__(self, call: Call, answer: Answer, request: web.BaseRequest) -> None:
        self._call, self._request = call, request
        self._status, self._headers = answer.status, _forwarded_headers(call, answer)
        self._response: web.StreamResponse | None = None
        self._waiting: list[bytes] = []

    def add(self, data: bytes) -> None:
        """Take what is to go out."""
        self._waiting.append(data)

    async def begin(self) -> web.StreamResponse:
        """Send the headers, once."""
        if self._response is None:
            self._response = web.StreamResponse(status=self._status, headers=self._headers)
            await self._response.prepare(self._request)
            self._call.forwarding = True
        return self._response

    async def flush(self) -> None:
        """Send what waits."""
        response = await self.begin()
        if data := self._taken():
            await _written(self._call, response.write(data))

    async def end(self, rest: bytes) -> web.StreamResponse:
        """Send what waits, and the end of the answer; or return it, where nothing of it has gone out."""
        self.add(rest)
        if self._response is None:
            return web.Response(status=self._status, headers=self._headers, body=self._taken())
        await _written(self._call, self._response.write_eof(self._taken()))
        return self._response

    def _taken(self) -> bytes:
        data, self._waiting = b"".join(self._waiting), []
        return data


async def _written(call: Call, writing: Awaitable[None]) -> None:
    try:
        await writing
    except ConnectionError as exc:
        if call.error is None:
            call.error = f"the CLI went away: {exc}"[:200]
