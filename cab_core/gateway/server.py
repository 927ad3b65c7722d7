"""The gateway's server: one per runner, in a thread of its own, on 127.0.0.1.

It listens from the first moment. What answers takes long to import: that is done in the thread, once a cell
is admitted: while its sandbox is being made, not before. Whoever calls earlier waits in the sockets' queues.
"""

from __future__ import annotations

import asyncio
import resource
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
from pathlib import Path
from socket import create_server, socket
from typing import TYPE_CHECKING, Any, TypeVar

from cab_core.records import CellKey

from .activity import Activity
from .session import CellSession
from .sockets import LEFT_ALONE, QUEUE, ConnectionLimit, listening
from .upstream import CREDENTIALS, KEY_IN_QUERY, Upstream

if TYPE_CHECKING:
    from aiohttp import web

T = TypeVar("T")


class Gateway:
    """A context manager: the server runs while it is open."""

    def __init__(self) -> None:
        self._sessions: dict[str, CellSession] = {}
        self._doors: dict[str, ConnectionLimit] = {}
        self._servers: dict[str, asyncio.Server] = {}
        self._upstreams: list[Upstream] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="cab-gateway", daemon=True)
        self._runner: Future[web.ServerRunner] = Future()
        self._wanted, self._begun = threading.Event(), asyncio.Event()
        self.url = ""

    def __enter__(self) -> Gateway:
        _allow_many_files()
        self._tcp = create_server(("127.0.0.1", 0), backlog=QUEUE)
        self.url = f"http://127.0.0.1:{self._tcp.getsockname()[1]}"
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._wanted.set()
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()

    def _serve(self) -> None:
        self._wanted.wait()
        try:
            self._runner.set_result(self._loop.run_until_complete(self._start()))
        except BaseException as exc:  # noqa: BLE001  told where the server is waited for
            self._runner.set_exception(exc)
        else:
            self._loop.run_forever()

    async def _start(self) -> web.ServerRunner:
        from aiohttp import web

        from .answering import Answering

        runner = Answering(self._session).runner()
        await runner.setup()
        await web.SockSite(runner, self._tcp, backlog=QUEUE).start()
        self._begun.set()
        return runner

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        try:
            self._runner.result()
        except BaseException:
            work.close()
            raise
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _end(self) -> None:
        for session in list(self._sessions.values()):
            await self._close(session)
        for upstream in self._upstreams:
            await upstream.aclose()
        await self._runner.result().cleanup()

    def open(self, session: CellSession, path: Path | None = None) -> None:
        """Admit a cell: from now on its token is good over TCP or, where it has a socket, there alone."""
        if session.upstream not in self._upstreams:
            self._upstreams.append(session.upstream)
        if path is not None:
            own = listening(path)  # its directory alone is mounted into the cell's container
            self._doors[session.token] = ConnectionLimit(self._protocol)
            asyncio.run_coroutine_threadsafe(self._accept(session.token, own), self._loop)
        self._sessions[session.token] = session
        self._wanted.set()

    def _protocol(self) -> asyncio.Protocol:
        server = self._runner.result().server
        assert server is not None
        return server()

    async def _accept(self, token: str, own: socket) -> None:
        await self._begun.wait()
        server = await self._loop.create_unix_server(
            self._doors[token], sock=own, start_serving=False, **LEFT_ALONE
        )
        self._servers[token] = server  # before anything else can run here: `_close` must find it
        await server.start_serving()

    def under_way(self) -> dict[CellKey, Activity]:
        """Return what the calls of the cells that run are doing now; safe to call from any thread."""
        return {s.cell: s.activity() for s in list(self._sessions.values()) if s.cell is not None}

    def close(self, session: CellSession) -> None:
        """End a cell: its token is void, calls under way are broken off and recorded."""
        self._do(self._close(session))

    async def _close(self, session: CellSession) -> None:
        self._sessions.pop(session.token, None)
        self._doors.pop(session.token, None)
        if (server := self._servers.pop(session.token, None)) is not None:
            server.close()
        session.ending = True
        tasks = list(session.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await session.writing.done()
        session.close()

    def _session(self, request: web.BaseRequest) -> CellSession | None:
        """Return the cell whose token came, the way that is the cell's own: no agent can use another's."""
        for value in _given(request):
            token = value.removeprefix("Bearer ").strip()
            if token in self._sessions and self._came_by(request.transport, token):
                return self._sessions[token]
        return None

    def _came_by(self, transport: asyncio.Transport | None, token: str) -> bool:
        if token in self._doors:
            return self._doors[token].let_in(transport)
        # The name of a unix socket is a text.
        return transport is not None and isinstance(transport.get_extra_info("sockname"), tuple)


def _given(request: web.BaseRequest) -> Iterator[str]:
    """Yield what may be a token, wherever the protocols' clients put it."""
    headers = request.headers
    yield from (headers[name] for name in CREDENTIALS if name in headers)
    pairs = request.raw_path.partition("?")[2].split("&")
    yield from (p.removeprefix(KEY_IN_QUERY) for p in pairs if p.startswith(KEY_IN_QUERY))


def _allow_many_files() -> None:
    """Raise the limit on open files as far as we may: an agent can open many connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < (wanted := min(hard, 1 << 20)):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
