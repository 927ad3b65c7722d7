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

from .call import Call
from .relay import relay
from .session import CellSession
from .sockets import LEFT_ALONE, ConnectionLimit, short_path
from .upstream import CREDENTIALS, Upstream
from .wire import read_request

T = TypeVar("T")
_ANY_PATH = r"/{path:(?s:.*)}"  # a path may hold a line feed
_SPOKEN = {"/v1/chat/completions": "POST", "/v1/models": "GET"}
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
        app.router.add_post("/v1/chat/completions", self._chat)
        app.router.add_get("/v1/models", self._models)
        app.router.add_route("HEAD", _ANY_PATH, _head)
        app.router.add_route("*", _ANY_PATH, self._elsewhere)
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
        return f"http://127.0.0.1:{port}/v1"

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

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        session = self._session(request)
        if session is None:
            return _refuse(401, "unknown token: this endpoint serves the cells that are running", "cab_token")
        return await _tracked(session, _call(session, request))

    async def _models(self, request: web.Request) -> web.StreamResponse:
        session = self._session(request)
        if session is None:
            return _refuse(401, "unknown token", "cab_token")
        listed = [{"id": session.model, "object": "model", "created": 0, "owned_by": "cab"}]
        return web.json_response({"object": "list", "data": listed})

    async def _elsewhere(self, request: web.Request) -> web.StreamResponse:
        """Refuse what is not spoken here, in words; the cell's record says what it was."""
        asked = f"{request.method} {request.rel_url.raw_path}"
        if (session := self._session(request)) is not None:
            session.other_paths.add(ascii(asked)[1:-1])
        spoken = " and ".join(f"{method} {path}" for path, method in _SPOKEN.items())
        status = 405 if request.path in _SPOKEN else 404
        refusal = _refuse(status, f"cab: {asked[:200]} is not spoken here; {spoken} are", "cab_path")
        if status == 405:
            refusal.headers["Allow"] = _SPOKEN[request.path]
        return refusal

    def _session(self, request: web.Request) -> CellSession | None:
        """Return the cell whose token came, the way that is the cell's own: no agent can use another's."""
        for header in CREDENTIALS:
            value = request.headers.get(header, "")
            token = value.removeprefix("Bearer ").strip()
            if token in self._sessions and self._came_by(request.transport, token):
                return self._sessions[token]
        return None

    def _came_by(self, transport: asyncio.Transport | None, token: str) -> bool:
        if token in self._sockets:
            return self._sockets[token][1].let_in(transport)
        return transport is not None and transport.get_extra_info("socket").family != AF_UNIX


async def _call(session: CellSession, request: web.Request) -> web.StreamResponse:
    """Admit one call and carry it out. What a cell may hold in memory is bounded by its slots."""
    async with session.slots:
        if session.has_enough:
            return _refuse(429, "cab: too much was sent that is no call", "cab_request", close=True)
        try:
            body = await asyncio.wait_for(request.read(), _READ_S)
        except (web.HTTPException, OSError, ValueError, TimeoutError) as exc:
            return _refuse(400, f"cab: the request could not be read: {exc}", "cab_request")
        asked = read_request(body)
        refusal = session.refuse(asked, len(body))
        if refusal is not None:
            return _refuse(*refusal)
        admitted = session.admit()
        if isinstance(admitted, str):
            return _refuse(429, f"cab: {_SAYS.get(admitted, admitted)}; no further call is made", "cab_limit")
        session.watch.asked(admitted, asked.request)
        call = Call(
            session=session,
            n=admitted,
            path="chat/completions",
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


def _refuse(status: int, message: str, kind: str, close: bool = False) -> web.Response:
    body = {"error": {"message": message, "type": kind, "code": kind}}
    response = web.json_response(body, status=status)
    if close:
        response.force_close()  # what it sends is not read
    return response
