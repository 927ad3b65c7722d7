"""The gateway's server: one per runner, in a thread of its own, on 127.0.0.1."""

from __future__ import annotations

import asyncio
import logging
import resource
import threading
from collections.abc import Awaitable, Coroutine
from pathlib import Path
from socket import AF_UNIX
from typing import Any, TypeVar

import attrs
from aiohttp import web

from cab_core.plugins.blame import held
from cab_core.plugins.wire_protocol import Asked, Operation
from cab_core.records import CellKey

from .activity import Activity
from .call import Call
from .count import count
from .refusal import refusal
from .relay import relay
from .session import CellSession
from .sockets import LEFT_ALONE, ConnectionLimit, short_path
from .upstream import CREDENTIALS, Upstream

T = TypeVar("T")
_ANY_PATH = r"/{path:(?s:.*)}"  # a path may hold a line feed
_KEY_IN_QUERY = "key="  # where some of Google's clients put it
_MAX_REQUEST = 32 << 20
_READ_S = 120.0  # for the body of a request
_SAYS = {
    "limit_calls": "the limit on model calls is reached",
    "limit_tokens": "the limit on tokens is reached",
    "limit_cost": "the limit on cost is reached",
}


class Gateway:
    """A context manager: the server runs while it is open."""

    def __init__(self) -> None:
        self._sessions: dict[str, CellSession] = {}
        self._sockets: dict[str, tuple[asyncio.Server, ConnectionLimit]] = {}
        self._upstreams: list[Upstream] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="cab-gateway", daemon=True)
        self._runner: web.AppRunner | None = None
        self.url = ""

    def __enter__(self) -> Gateway:
        _allow_many_files()
        self._thread.start()
        self.url = self._do(self._start())
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _start(self) -> str:
        app = web.Application(client_max_size=_MAX_REQUEST)
        app.router.add_route("HEAD", _ANY_PATH, _head)  # by which some look whether anybody is there
        app.router.add_route("*", _ANY_PATH, self._serve)
        # An agent that hangs up frees its call at once.
        self._runner = web.AppRunner(
            app,
            access_log=None,
            logger=_quiet(),
            handler_cancellation=True,
            shutdown_timeout=1,
            auto_decompress=False,
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        return f"http://127.0.0.1:{port}"

    async def _end(self) -> None:
        for session in list(self._sessions.values()):
            await self._close(session)
        for upstream in self._upstreams:
            await upstream.aclose()
        if self._runner is not None:
            await self._runner.cleanup()

    def open(self, session: CellSession, socket: Path | None = None) -> None:
        """Admit a cell: from now on its token is good over TCP or, where it has a socket, there alone."""
        if session.upstream not in self._upstreams:
            self._upstreams.append(session.upstream)
        if socket is not None:
            self._do(self._listen(session, socket))
        self._sessions[session.token] = session

    async def _listen(self, session: CellSession, socket: Path) -> None:
        assert self._runner is not None
        assert self._runner.server is not None
        door = ConnectionLimit(self._runner.server)
        with short_path(socket) as path:
            server = await self._loop.create_unix_server(door, path, **LEFT_ALONE)
        socket.chmod(0o666)  # its directory alone is mounted into the cell's container
        self._sockets[session.token] = server, door

    def under_way(self) -> dict[CellKey, Activity]:
        """Return what the calls of the cells that run are doing now; safe to call from any thread."""
        return {s.cell: s.activity() for s in list(self._sessions.values()) if s.cell is not None}

    def close(self, session: CellSession) -> None:
        """End a cell: its token is void, calls under way are broken off and recorded."""
        self._do(self._close(session))

    async def _close(self, session: CellSession) -> None:
        self._sessions.pop(session.token, None)
        server, _ = self._sockets.pop(session.token, (None, None))
        if server is not None:
            server.close()
        session.ending = True
        tasks = list(session.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        session.close()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        session = self._session(request)
        if session is None:
            return _unknown_token()
        try:
            return await self._answer(session, request)
        except Exception as exc:
            if not session.crashed(exc):
                raise
            return _crashed()

    async def _answer(self, session: CellSession, request: web.Request) -> web.StreamResponse:
        path, _, query = request.raw_path.partition("?")
        query = "&".join(p for p in query.split("&") if not p.startswith(_KEY_IN_QUERY))
        found = session.protocol.operation(request.method, path, query)
        if found is None:
            return _not_spoken(session, request.method, path)
        operation = held(session.protocol, "operation", found, Operation)
        if operation.kind == "models":
            return web.json_response(session.protocol.listing(session.model))
        if operation.kind == "model":
            return web.json_response(session.protocol.entry(session.model))
        return await _tracked(session, _call(session, request, operation, query))

    def _session(self, request: web.Request) -> CellSession | None:
        """Return the cell whose token came, the way that is the cell's own: no agent can use another's."""
        given = [request.headers.get(header, "") for header in CREDENTIALS]
        pairs = request.raw_path.partition("?")[2].split("&")
        given += [p.removeprefix(_KEY_IN_QUERY) for p in pairs if p.startswith(_KEY_IN_QUERY)]
        for value in given:
            token = value.removeprefix("Bearer ").strip()
            if token in self._sessions and self._came_by(request.transport, token):
                return self._sessions[token]
        return None

    def _came_by(self, transport: asyncio.Transport | None, token: str) -> bool:
        if token in self._sockets:
            return self._sockets[token][1].let_in(transport)
        return transport is not None and transport.get_extra_info("socket").family != AF_UNIX


async def _call(
    session: CellSession, request: web.Request, operation: Operation, query: str
) -> web.StreamResponse:
    """Admit one call and carry it out. What a cell may hold in memory is bounded by its slots."""
    protocol = session.protocol
    async with session.slots:
        if session.has_enough:
            return refusal(protocol, 429, "cab: too much was sent that is no call", "cab_request", close=True)
        try:
            body = await asyncio.wait_for(request.read(), _READ_S)
        except (web.HTTPException, OSError, ValueError, TimeoutError) as exc:
            return refusal(protocol, 400, f"cab: the request could not be read: {exc}", "cab_request")
        asked = held(protocol, "read", protocol.read(operation, body), Asked)
        if (refused := session.refuse(asked, query, len(body))) is not None:
            return refusal(protocol, *refused)
        if operation.kind == "count":
            return await count(session, request, operation, query, body)
        admitted = session.admit()
        if isinstance(admitted, str):
            said = f"cab: {_SAYS.get(admitted, admitted)}; no further call is made"
            return refusal(protocol, 429, said, "cab_limit")
        chat = held(protocol, "as_chat", protocol.as_chat(asked.request), dict)
        session.watch.asked(admitted, chat)
        call = Call(
            session=session,
            n=admitted,
            operation=operation,
            query=query,
            body=body,
            asked=attrs.evolve(asked, request={}),
            headers=dict(request.headers),
        )
        return await relay(call, request)


async def _tracked(session: CellSession, work: Awaitable[web.StreamResponse]) -> web.StreamResponse:
    task = asyncio.current_task()
    assert task is not None
    session.tasks.add(task)
    try:
        return await work
    finally:
        session.tasks.discard(task)


def _allow_many_files() -> None:
    """Raise the limit on open files as far as we may: an agent can open many connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < (wanted := min(hard, 1 << 20)):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _quiet() -> logging.Logger:
    """Return a logger that says nothing: an agent's malformed requests would fill our terminal."""
    logger = logging.getLogger("cab.gateway")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    return logger


async def _head(_: web.Request) -> web.Response:
    return web.Response()


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
