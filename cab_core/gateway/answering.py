"""What the gateway's server answers. It is imported while the first sandbox is being made: see `server`."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

import attrs
from aiohttp import web

from .call import Call
from .relay import relay
from .session import CellSession
from .wire import read_request

_ANY_PATH = r"/{path:(?s:.*)}"  # a path may hold a line feed
_SPOKEN = {"/v1/chat/completions": "POST", "/v1/models": "GET"}
_MAX_REQUEST = 32 << 20
_READ_S = 120.0  # for the body of a request
_SAYS = {
    "limit_calls": "the limit on model calls is reached",
    "limit_tokens": "the limit on tokens is reached",
    "limit_cost": "the limit on cost is reached",
}


class Answering:
    """The requests that are spoken here; `session_of` tells whose one is, or that it is nobody's."""

    def __init__(self, session_of: Callable[[web.Request], CellSession | None]) -> None:
        self._session_of = session_of

    def runner(self) -> web.AppRunner:
        """Return what serves them."""
        app = web.Application(client_max_size=_MAX_REQUEST)
        app.router.add_post("/v1/chat/completions", self._chat)
        app.router.add_get("/v1/models", self._models)
        app.router.add_route("HEAD", _ANY_PATH, _head)
        app.router.add_route("*", _ANY_PATH, self._elsewhere)
        # An agent that hangs up frees its call at once.
        return web.AppRunner(
            app,
            access_log=None,
            logger=_quiet(),
            handler_cancellation=True,
            shutdown_timeout=1,
            auto_decompress=False,
        )

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        session = self._session_of(request)
        if session is None:
            return _refuse(401, "unknown token: this endpoint serves the cells that are running", "cab_token")
        return await _tracked(session, _call(session, request))

    async def _models(self, request: web.Request) -> web.StreamResponse:
        session = self._session_of(request)
        if session is None:
            return _refuse(401, "unknown token", "cab_token")
        listed = [{"id": session.model, "object": "model", "created": 0, "owned_by": "cab"}]
        return web.json_response({"object": "list", "data": listed})

    async def _elsewhere(self, request: web.Request) -> web.StreamResponse:
        """Refuse what is not spoken here, in words; the cell's record says what it was."""
        asked = f"{request.method} {request.rel_url.raw_path}"
        if (session := self._session_of(request)) is not None:
            session.other_paths.add(ascii(asked)[1:-1])
        spoken = " and ".join(f"{method} {path}" for path, method in _SPOKEN.items())
        status = 405 if request.path in _SPOKEN else 404
        refusal = _refuse(status, f"cab: {asked[:200]} is not spoken here; {spoken} are", "cab_path")
        if status == 405:
            refusal.headers["Allow"] = _SPOKEN[request.path]
        return refusal


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
