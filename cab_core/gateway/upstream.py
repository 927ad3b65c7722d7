"""What the gateway asks of an upstream, and the one that forwards to an endpoint."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Protocol

import attrs

from cab_core.plugins.wire_protocol import Operation, WireProtocol
from cab_core.redaction import Redactor

from .address import checked_address
from .answer import Answer
from .budget import Budget, Throttle
from .proxy import proxy_of

if TYPE_CHECKING:
    import aiohttp

    from .connection import Connector

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
KEY_IN_QUERY = "key="  # where some of Google's clients put it
CREDENTIALS = ("authorization", "x-api-key", "api-key", "x-goog-api-key")  # may hold a cell's token


@attrs.frozen(kw_only=True)
class Outgoing:
    """What goes to an endpoint. `headers` are without its credential; `body`: None where it is a GET.

    `asked`: the body as the CLI sent it, without what the gateway added.
    """

    protocol: WireProtocol
    operation: Operation
    headers: Mapping[str, str]
    body: bytes | None
    query: str = ""
    asked: bytes = b""

    @property
    def path(self) -> str:
        """What follows the endpoint's address."""
        return f"{self.operation.path}?{self.query}" if self.query else self.operation.path


class Upstream(Protocol):
    """Answers model calls."""

    name: str
    tries: int  # how often a call is sent when the upstream says 429 or 5xx, or is not there

    def ask(self, out: Outgoing) -> AbstractAsyncContextManager[Answer]:
        """Send a call.

        Raises:
            OSError, asyncio.TimeoutError, aiohttp.ClientError: no answer came.
        """

    def redact(self, data: bytes) -> bytes:
        """Return `data` without the upstream's credential: for errors and records, never for an answer."""

    def watch(self) -> Callable[[bytes], bool]:
        """Return what tells, piece by piece of an answer, whether the credential is in it."""

    def pause(self, seconds: float) -> None:
        """Let no call go out for so long: the endpoint asked for it."""

    async def enter(self) -> float:
        """Wait until a call may go out; return the seconds waited. Whoever was let in leaves."""

    def leave(self, tokens: int) -> None:
        """Note that a call has ended, and how many tokens it took."""

    async def aclose(self) -> None:
        """Free what is held."""


class EndpointUpstream(Throttle):
    """Forwards to an endpoint. The real key lives here and nowhere else."""

    name = "endpoint"

    def __init__(
        self,
        base_url: str,
        key: str | None,
        idle_s: float = 300.0,
        headers: Mapping[str, str] | None = None,
        budget: Budget | None = None,
    ) -> None:
        """Make one. `idle_s`: seconds without a byte; `headers`: further ones, as secret as the key."""
        super().__init__(budget)
        self.base_url = checked_address(base_url, "endpoint").rstrip("/")
        self._key = key
        self._headers = dict(headers or {})
        self._redactor = Redactor({text: KEY_MARK for text in (key, *self._headers.values()) if text})
        self._idle_s = idle_s
        self._client: tuple[aiohttp.ClientSession, Connector] | None = None
        self._proxy = proxy_of(self.base_url)

    def _session(self) -> tuple[aiohttp.ClientSession, Connector]:
        if self._client is None:
            import aiohttp

            from .connection import Connector

            # No total limit: a long answer is no fault. sock_read bounds the time without a byte.
            timeout = aiohttp.ClientTimeout(total=None, sock_connect=15, sock_read=self._idle_s)
            connector = Connector()
            client = aiohttp.ClientSession(
                timeout=timeout,
                connector=connector,
                auto_decompress=False,
                cookie_jar=aiohttp.DummyCookieJar(),  # what one cell is given is not sent for another
            )
            self._client = client, connector
        return self._client

    @asynccontextmanager
    async def ask(self, out: Outgoing) -> AsyncIterator[Answer]:
        """Forward a call with the real credential in place of the cell's token."""
        from .connection import Body

        # As it was read here, in no other charset.
        sent = {**out.headers, **self._headers, **self._proxy.headers, "Content-Type": "application/json"}
        if self._key:
            sent |= out.protocol.credential(self._key)
        async with await self._send(f"{self.base_url}/{out.path}", sent, out.body) as reply:
            body = Body(reply.content)
            yield Answer(reply.status, reply.headers, body, body.ready)

    async def _send(self, url: str, headers: Mapping[str, str], body: bytes | None) -> aiohttp.ClientResponse:
        """Send a call; again where it was sent on a connection that the server had closed meanwhile.

        Some close one without a word (llama.cpp behind each stream), and a call that is sent at that moment
        would be lost. On a new connection it is no such chance, and not sent again.
        """
        import aiohttp
        from yarl import URL

        method = "GET" if body is None else "POST"
        client, connector = self._session()
        while True:
            connector.begin()
            try:
                return await client.request(
                    method,
                    URL(url, encoded=True),
                    headers=headers,
                    data=body,
                    allow_redirects=False,
                    proxy=self._proxy.url,
                    proxy_headers=self._proxy.tunnel_headers or None,
                )
            except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
                if connector.made:
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
            await self._client[0].close()
