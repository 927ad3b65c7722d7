"""What the gateway asks of an upstream, and the one that forwards to an endpoint."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol
from urllib.parse import urlsplit

import aiohttp

from cab_core.errors import UserError

from .answer import Answer

# Headers of one connection alone (RFC 9110, 7.6.1), and those that carry a credential.
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
CREDENTIALS = ("authorization", "x-api-key", "api-key", "x-goog-api-key")
# Some servers take these for the request's real method, path or origin: an agent could have a 404 at will.
_REROUTING = {
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "x-original-url",
    "x-rewrite-url",
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-prefix",
    "x-forwarded-proto",
}
_DROPPED = (
    HOP
    | set(CREDENTIALS)
    | _REROUTING
    | {"content-length", "content-type", "content-encoding", "expect", "cookie"}
    | {"proxy-authorization", "proxy-connection"}
)


def _spellings(key: str) -> re.Pattern[bytes]:
    """Match a key as it is, and with any of its characters escaped as JSON may (RFC 8259, 7)."""
    return re.compile(b"".join(map(_ways, key)))


def _ways(char: str) -> bytes:
    plain = re.escape(char.encode())
    return rb"(?:\\?%s|(?i:\\u%04x))" % (plain, ord(char)) if ord(char) < 1 << 16 else plain


class Upstream(Protocol):
    """Answers model calls."""

    name: str

    def ask(self, path: str, headers: Mapping[str, str], body: bytes) -> AbstractAsyncContextManager[Answer]:
        """Send a call; `path` is relative to the API's base, such as `chat/completions`.

        Raises:
            OSError, asyncio.TimeoutError, aiohttp.ClientError: no answer came.
        """

    def redact(self, data: bytes) -> bytes:
        """Return `data` without the upstream's credential."""

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


class EndpointUpstream(Throttle):
    """Forwards to any endpoint that speaks chat completions. The real key lives here and nowhere else."""

    name = "openai"

    def __init__(self, base_url: str, key: str | None, idle_s: float = 300.0) -> None:
        super().__init__()
        self.base_url = base_url.rstrip("/")
        parts = urlsplit(self.base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UserError(f"endpoint {base_url!r}: expected an address such as http://127.0.0.1:8000/v1")
        self._key = key
        self._spellings = _spellings(key) if key else None
        self._idle_s = idle_s
        self._client: aiohttp.ClientSession | None = None

    def _session(self) -> aiohttp.ClientSession:
        if self._client is None:
            # No total limit: a long answer is no fault. sock_read bounds the time without a byte.
            timeout = aiohttp.ClientTimeout(total=None, sock_connect=15, sock_read=self._idle_s)
            connector = aiohttp.TCPConnector(limit=0)
            self._client = aiohttp.ClientSession(
                timeout=timeout, connector=connector, auto_decompress=False, trust_env=True
            )
        return self._client

    @asynccontextmanager
    async def ask(self, path: str, headers: Mapping[str, str], body: bytes) -> AsyncIterator[Answer]:
        """Forward a call with the real credential in place of the cell's token."""
        # Some servers read `_` in a name as `-`.
        sent = {k: v for k, v in headers.items() if k.lower().replace("_", "-") not in _DROPPED}
        sent["Content-Type"] = "application/json"  # as it was read here: another charset is another text
        if self._key:
            sent["Authorization"] = f"Bearer {self._key}"
        url = f"{self.base_url}/{path}"
        async with self._session().post(url, headers=sent, data=body, allow_redirects=False) as reply:
            yield Answer(reply.status, reply.headers, reply.content.iter_any())

    def redact(self, data: bytes) -> bytes:
        """Return `data` with the key replaced: an endpoint may echo it in an error."""
        return self._spellings.sub(b"[key]", data) if self._spellings is not None else data

    async def aclose(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.close()
