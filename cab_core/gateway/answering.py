"""What the gateway's server answers. It is imported while the first sandbox is being made: see `server`."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from aiohttp import StreamReader, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import RawRequestMessage

from cab_core.plugins.blame import held
from cab_core.plugins.wire_protocol import Asked, Operation

from .call import Call
from .count import count
from .off_loop import off_loop
from .refusal import refusal
from .relay import relay
from .session import CellSession
from .upstream import KEY_IN_QUERY

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"  # some send no large body before it
_MAX_REQUEST = 32 << 20
_READ_S = 120.0  # for the body of a request
_SAYS = {
    "limit_calls": "the limit on model calls is reached",
    "limit_tokens": "the limit on tokens is reached",
    "limit_cost": "the limit on cost is reached",
}


class Answering:
    """The requests that are spoken here; `session_of` tells whose one is, or that it is nobody's."""

    def __init__(self, session_of: Callable[[web.BaseRequest], CellSession | None]) -> None:
        self._session_of = session_of

    def runner(self) -> web.ServerRunner:
        """Return what serves them, to be called in the loop that is to."""
        server = web.Server(
            self._serve,
            request_factory=_request,
            handler_cancellation=True,  # an agent that hangs up frees its call at once
            access_log=None,
            logger=_quiet(),
            auto_decompress=False,
        )
        return web.ServerRunner(server, shutdown_timeout=1)

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.method == "HEAD":
            return web.Response()  # by which some look whether anybody is there
        if request.headers.get("Expect", "").lower() == "100-continue":
            await request.writer.write(_CONTINUE)
        session = self._session_of(request)
        if session is None:
            return _unknown_token()
        try:
            return await self._answer(session, request)
        except Exception as exc:
            if not session.crashed(exc):
                raise
            return _crashed()

    async def _answer(self, session: CellSession, request: web.BaseRequest) -> web.StreamResponse:
        path, _, query = request.raw_path.partition("?")
        if query:
            query = "&".join(p for p in query.split("&") if not p.startswith(KEY_IN_QUERY))
        found = session.protocol.operation(request.method, path, query)
        if found is None:
            return _not_spoken(session, request.method, path)
        operation = held(session.protocol, "operation", found, Operation)
        if operation.kind == "models":
            return web.json_response(session.protocol.listing(session.model))
        if operation.kind == "model":
            return web.json_response(session.protocol.entry(session.model))
        return await _tracked(session, _call(session, request, operation, query))


async def _call(
    session: CellSession, request: web.BaseRequest, operation: Operation, query: str
) -> web.StreamResponse:
    """Admit one call and carry it out. What a cell may hold in memory is bounded by its slots."""
    protocol, came = session.protocol, time.monotonic()
    async with session.slots:
        if session.has_enough:
            return refusal(protocol, 429, "cab: too much was sent that is no call", "cab_request", close=True)
        try:
            body = await _body(request)
        except (web.HTTPException, OSError, ValueError, TimeoutError) as exc:
            return refusal(protocol, 400, f"cab: the request could not be read: {exc}", "cab_request")
        asked = held(protocol, "read", await off_loop(len(body), protocol.read, operation, body), Asked)
        if (refused := await off_loop(len(body), session.refuse, asked, query, len(body))) is not None:
            return refusal(protocol, *(refused if asked.model else _packed(refused, request)))
        if operation.kind == "count":
            return await count(session, request, operation, query, body)
        # Before it is admitted: one that hangs up meanwhile has made no call.
        chat = held(protocol, "as_chat", await off_loop(len(body), protocol.as_chat, asked.request), dict)
        admitted = session.admit()
        if isinstance(admitted, str):
            said = f"cab: {_SAYS.get(admitted, admitted)}; no further call is made"
            return refusal(protocol, 429, said, "cab_limit")
        session.watch.asked(admitted, chat, len(body))
        call = Call(
            session=session,
            n=admitted,
            operation=operation,
            query=query,
            body=body,
            asked=Asked(model=asked.model, stream=asked.stream, extended=asked.extended, sound=asked.sound),
            headers=dict(request.headers),
            settings=session.parameters.of(asked.request),
            queued=time.monotonic() - came,
        )
        return await relay(call, request)


def _packed(refused: tuple[int, str, str], request: web.BaseRequest) -> tuple[int, str, str]:
    """Return a refusal that says, too, that a request cannot be read because it came packed."""
    status, said, kind = refused
    coding = request.headers.get("Content-Encoding", "")
    more = f", not packed (Content-Encoding: {ascii(coding[:80])[1:-1]})" if coding else ""
    return status, said + more, kind


async def _body(request: web.BaseRequest) -> bytes:
    """Read the body of a request.

    Raises:
        web.HTTPException, OSError, ValueError, TimeoutError: it cannot be had.
    """
    if request.content.is_eof():  # all of it is here
        return await request.read()
    async with asyncio.timeout(_READ_S):
        return await request.read()


async def _tracked(session: CellSession, work: Awaitable[web.StreamResponse]) -> web.StreamResponse:
    task = asyncio.current_task()
    assert task is not None
    session.tasks.add(task)
    try:
        return await work
    finally:
        session.tasks.discard(task)


def _request(
    message: RawRequestMessage,
    payload: StreamReader,
    protocol: web.RequestHandler,
    writer: AbstractStreamWriter,
    task: asyncio.Task[None],
) -> web.BaseRequest:
    loop = asyncio.get_running_loop()
    return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=_MAX_REQUEST)


def _quiet() -> logging.Logger:
    """Return a logger that says nothing: an agent's malformed requests would fill our terminal."""
    logger = logging.getLogger("cab.gateway")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    return logger


def _not_spoken(session: CellSession, method: str, path: str) -> web.Response:
    """Refuse what is not spoken here, in words; the cell's record says what it was."""
    asked, spoken = f"{method} {path}", session.protocol.spoken
    session.other_paths.add(ascii(asked)[1:-1])
    known = " and ".join(f"{m} {p}" for m, p in spoken)
    allowed = [m for m, p in spoken if p == path]
    said = f"cab: {asked[:200]} is not spoken here; {known} are"
    response = refusal(session.protocol, 405 if allowed else 404, said, "cab_path")
    if allowed:
        response.headers["Allow"] = ", ".join(allowed)
    return response


def _unknown_token() -> web.Response:
    """Refuse whoever has no cell, and so no protocol, in the form that most clients read."""
    message = "unknown token: this endpoint serves the cells that are running"
    return _without_protocol(401, message, "cab_token")


def _crashed() -> web.Response:
    """Refuse what the protocol's own code fails on; no client tries again behind a 400."""
    return _without_protocol(400, "cab: the plugin of the wire protocol failed", "cab_plugin")


def _without_protocol(status: int, message: str, kind: str) -> web.Response:
    error = {"message": message, "type": kind, "code": kind}
    return web.json_response({"type": "error", "error": error}, status=status)
