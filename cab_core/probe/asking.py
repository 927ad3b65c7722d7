"""Asking an endpoint. A call to the model goes through a gateway: so what is found is what a cell meets."""

from __future__ import annotations

import asyncio
import http.client
import json
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import attrs

from cab_core.gateway.address import root_of
from cab_core.gateway.coding import decode
from cab_core.gateway.error_body import is_page
from cab_core.gateway.models import Model
from cab_core.gateway.server import Gateway
from cab_core.gateway.session import CellSession, new_token
from cab_core.gateway.upstream import EndpointUpstream, Outgoing
from cab_core.plugins.protocols import StopSignal
from cab_core.plugins.wire_protocol import Operation
from cab_core.records import Json, Limits, ModelCall

from .spoken import Spoken

_LONGEST = 4 << 20  # bytes of a list of models
_PLAIN = {"Accept": "*/*", "Accept-Encoding": "identity"}
_MORE_S = 2.0  # after which a call is broken off that the gateway has not ended itself
_LOADING_S = 1.0  # between two calls to a server that says 503


@attrs.frozen
class Heard:
    """What came of a call: the gateway's record, the tools that were called, the model's words."""

    call: ModelCall
    called: tuple[str, ...]
    text: str

    @property
    def answered(self) -> bool:
        """Whether a model answered."""
        return self.call.ended == "answered"


@attrs.frozen
class Seen:
    """What another address of the endpoint sent. `status`: None where nothing came, and `why` says why."""

    status: int | None
    value: Json = None
    page: bool = False
    why: str = ""
    words: str = ""


class Asker:
    """A context manager: a gateway before one model, which is asked in one protocol."""

    def __init__(self, model: Model, spoken: Spoken, patience_s: float) -> None:
        assert model.endpoint is not None
        self.spoken = spoken
        self.model, self.base = model, model.endpoint.rstrip("/")
        self.calls: list[ModelCall] = []
        self._gateway = Gateway()
        self.wait_for(patience_s)
        self._files = tempfile.TemporaryDirectory(prefix="cab-probe-")

    def __enter__(self) -> Asker:
        self._gateway.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self._gateway.__exit__(kind, exc, tb)
        self._files.cleanup()

    def wait_for(self, patience_s: float) -> None:
        """Let a call take so many seconds from now on."""
        self._patience_s = patience_s
        self._upstream = EndpointUpstream(self.base, self.model.key, patience_s, self.model.headers)

    def ask(self, body: Mapping[str, Json]) -> Heard:
        """Call the model; again while it is being loaded, and in other words where some were not taken."""
        deadline = time.monotonic() + self._patience_s
        while True:
            heard = self._once(body)
            if (other := _in_other_words(body, heard.call)) is not None:
                body = other
            elif heard.call.fault != "http_503" or time.monotonic() + _LOADING_S > deadline:
                return heard
            else:
                time.sleep(_LOADING_S)

    def _once(self, body: Mapping[str, Json]) -> Heard:
        with tempfile.NamedTemporaryFile(dir=self._files.name) as record:
            session = CellSession(
                token=new_token(),
                model=self.model.id,
                protocol=self.spoken.protocol,
                upstream=self._upstream,
                limits=Limits(wall_s=self._patience_s),
                record=Path(record.name),
                stop=StopSignal(),
                price=self.model.price,
            )
            self._gateway.open(session)
            try:
                self._send(session, body)
            finally:
                self._gateway.close(session)
            [call] = session.calls
        self.calls.append(call)
        seen = session.observed()
        return Heard(call, tuple(t.name for t in seen.tools if t.called), seen.last_answer or "")

    def _send(self, session: CellSession, body: Mapping[str, Json]) -> None:
        """Send a call and read the answer, which the gateway takes down, to its end or for so long."""
        # The gateway passes a body on when it is whole: blanks that come before are not seen here.
        place, timeout = urlsplit(self._gateway.url).netloc, self._patience_s + _MORE_S
        connection = http.client.HTTPConnection(place, timeout=timeout)
        headers = {"Authorization": f"Bearer {session.token}", "Content-Type": "application/json"}
        of_call = self.spoken.path_for(self.model.id, stream=bool(body.get("stream")))
        path = f"/{self.spoken.version}/{of_call}"
        written = json.dumps(self.spoken.write(self.model.id, body))
        try:
            connection.request("POST", path, written, {**headers, **self.spoken.headers})
            reply = connection.getresponse()
            while reply.read1(1 << 16) and session.running:
                pass
        except (OSError, http.client.HTTPException):
            pass  # it was broken off: the gateway knows why
        finally:
            connection.close()

    def look(
        self,
        path: str,
        patience_s: float,
        *,
        root: bool = False,
        body: Json = None,
        other: Spoken | None = None,
    ) -> Seen:
        """Read what another path of the endpoint has; `root`: of its server. With a body that is sent.

        `other`: with the credential and headers of that protocol.
        """
        base = root_of(self.base) if root else self.base
        return asyncio.run(self._look(path, patience_s, base, body, other or self.spoken))

    async def _look(self, path: str, patience_s: float, base: str, body: Json, spoken: Spoken) -> Seen:
        upstream = EndpointUpstream(base, self.model.key, patience_s, self.model.headers)
        data = None if body is None else json.dumps(body).encode()
        out = Outgoing(
            protocol=spoken.protocol,
            operation=Operation(kind="models", path=path),
            headers={**_PLAIN, **spoken.headers},
            body=data,
        )
        try:
            async with asyncio.timeout(patience_s), upstream.ask(out) as answer:
                read = bytearray()
                async for chunk in answer.body:
                    read += chunk[: _LONGEST - len(read)]
                plain = decode(answer.headers.get("Content-Encoding", ""), bytes(read)) or b""
                return _seen(answer.status, upstream.redact(plain))
        except (aiohttp.ClientError, OSError, ValueError) as exc:
            late = isinstance(exc, TimeoutError)
            return Seen(None, why=f"nothing came within {patience_s:g} s" if late else type(exc).__name__)
        finally:
            await upstream.aclose()


def _seen(status: int, data: bytes) -> Seen:
    text = data.decode("utf-8", "replace")
    try:
        return Seen(status, json.loads(text), words=text)
    except (ValueError, RecursionError):
        return Seen(status, page=is_page(text), words=text)


def _in_other_words(body: Mapping[str, Json], call: ModelCall) -> dict[str, Any] | None:
    """Return a call whose bound on the answer is named as OpenAI's later models want it."""
    refused = call.status in (400, 422) and "max_tokens" in (call.error or "")
    if not refused or "max_tokens" not in body:
        return None
    rest = {k: v for k, v in body.items() if k != "max_tokens"}
    return {**rest, "max_completion_tokens": body["max_tokens"]}
