"""What the gateway asks of an upstream, and the one that forwards to an endpoint."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Protocol

from cab_core.redaction import Redactor

from .address import checked_address
from .answer import Answer

if TYPE_CHECKING:  # slow to import, and a scripted model asks no endpoint
    import aiohttp

KEY_MARK = "[key]"  # stands where an endpoint's key was
# Headers of one connection alone (RFC 9110, 7.6.1).
HOP = {
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "host",
}
CREDENTIALS = ("authorization", "x-api-key", "api-key", "x-goog-api-key")  # may hold a cell's token


class Upstream(Protocol):
    """Answers model calls."""

    name: str

    def ask(self, path: str, headers: Mapping[str, str], body: bytes) -> AbstractAsyncContextManager[Answer]:
        """Send a call; `path` is relative to the API's base, such as `chat/completions`.

        `headers`: those that go on to the endpoint, which has a credential of its own besides.

        Raises:
            OSError, asyncio.TimeoutError, aiohttp.ClientError: no answer came.
        """

    def redact(self, data: bytes) -> bytes:
        """Return `data` without the upstream's credential: for errors and records, never for an answer."""

    def watch(self) -> Callable[[bytes], bool]:
        """Return what tells, piece by piece of an answer, whether the credential is in it."""

    def pause(self, seconds: float) -> None:
        """Let no call go out for so long: the endpoint asked for it."""

    async def wait(self) -> float:
        """Wait until calls may go out; return the seconds waited."""

    async def aclose(self) -> None:
        """Free what is held."""


class Throttle:
    """The pause that an endpoint asked for, shared by all cells that use it."""

    def __init__(self) -> None:
        self._until = 0.0

    def pause(self, seconds: float) -> None:
        """Let no call go out for so long."""
        self._until = max(self._until, time.monotonic() + seconds)

    async def wait(self) -> float:
        """Wait until calls may go out; return the seconds waited."""
        waited = 0.0
        while (left := self._until - time.monotonic()) > 0:
            await asyncio.sleep(left)
            waited += left
        return waited


class _Kept:
    """Whether a call went out on a connection that was kept from an earlier one."""

    used = False


def _trace_of_kept() -> aiohttp.TraceConfig:
    import aiohttp

    async def kept(_: object, context: SimpleNamespace, __: object) -> None:
        context.trace_request_ctx.used = True

    trace = aiohttp.TraceConfig()
    trace.on_connection_reuseconn.append(kept)
    return trace


class EndpointUpstream(Throttle):
    """Forwards to any endpoint that speaks chat completions. The real key lives here and nowhere else."""

    name = "openai"

    def __init__(self, base_url: str, key: str | None, idle_s: float = 300.0) -> None:
        super().__init__()
        self.base_url = checked_address(base_url, "endpoint").rstrip("/")
        self._key = key
        self._redactor = Redactor({key: KEY_MARK} if key else {})
        self._idle_s = idle_s
        self._client: aiohttp.ClientSession | None = None

    def _session(self) -> aiohttp.ClientSession:
        import aiohttp

        if self._client is None:
            # No total limit: a long answer is no fault. sock_read bounds the time without a byte.
            timeout = aiohttp.ClientTimeout(total=None, sock_connect=15, sock_read=self._idle_s)
            connector = aiohttp.TCPConnector(limit=0)
            traces = [_trace_of_kept()]
            self._client = aiohttp.ClientSession(
                timeout=timeout,
                connector=connector,
                auto_decompress=False,
                trust_env=True,
                trace_configs=traces,
            )
        return self._client

    @asynccontextmanager
    async def ask(self, path: str, headers: Mapping[str, str], body: bytes | None) -> AsyncIterator[Answer]:
        """Forward a call with the real credential in place of the cell's token; GET without a body."""
        sent = {**headers, "Content-Type": "application/json"}  # as it was read here, in no other charset
        if self._key:
            sent["Authorization"] = f"Bearer {self._key}"
        async with await self._send(f"{self.base_url}/{path}", sent, body) as reply:
            yield Answer(reply.status, reply.headers, reply.content.iter_any())

    async def _send(self, url: str, headers: Mapping[str, str], body: bytes | None) -> aiohttp.ClientResponse:
        """Send a call; again where it was sent on a connection that the server had closed meanwhile.

        Some close one without a word (llama.cpp behind each stream), and a call that is sent at that moment
        would be lost. On a new connection it is no such chance, and not sent again.
        """
        import aiohttp

        method = "GET" if body is None else "POST"
        while True:
            kept = _Kept()
            try:
                return await self._session().request(
                    method, url, headers=headers, data=body, allow_redirects=False, trace_request_ctx=kept
                )
            except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
                if not kept.used:
                    raise

    def redact(self, data: bytes) -> bytes:
        """Return `data` with the key replaced: an endpoint may echo it in an error."""
        return self._redactor.data(data)

    def watch(self) -> Callable[[bytes], bool]:
        """Return what tells, piece by piece of an answer, whether the key is in it."""
        return self._redactor.watch()

    async def aclose(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.close()
