"""A cell whose calls are kept whole, and what its files hold when they are unpacked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cab_core.errors import UserError
from cab_core.gateway.server import Gateway
from cab_core.gateway.session import CellSession, new_token
from cab_core.gateway.upstream import CREDENTIALS, EndpointUpstream
from cab_core.plugins.protocols import StopSignal
from cab_core.plugins.wire_protocol import WireProtocol
from cab_core.records import Limits
from cab_core.records.wire import WIRE_FILE
from cab_core.run.secrets import redactor_of
from cab_core.wire.reader import WireCall, WireReader
from cab_core.wire.writer import WireWriter
from tests.support.endpoint import KEY
from tests.support.wire import CHAT


@contextmanager
def recording(
    gateway: Gateway,
    directory: Path,
    url: str,
    protocol: WireProtocol = CHAT,
    path: Path | None = None,
    limits: Limits | None = None,
    key: str = KEY,
    **more: Any,
) -> Iterator[CellSession]:
    """A cell at a gateway, of which `directory` holds the record; `path`: where else that is written."""
    token = new_token()
    wire = WireWriter(
        path or directory / WIRE_FILE,
        "s/t/m/p/x",
        "m",
        protocol,
        redactor_of([key], token),
        CREDENTIALS,
        **more,
    )
    session = CellSession(
        protocol=protocol, token=token, model="m", upstream=EndpointUpstream(url, key), limits=limits or Limits(wall_s=60),
        record=directory / "calls.jsonl", stop=StopSignal(), wire=wire,
    )  # fmt: skip
    gateway.open(session)
    try:
        yield session
    finally:
        gateway.close(session)


def calls_of(directory: Path) -> list[WireCall]:
    """Return the calls that a cell's directory holds, in the order of their numbers."""
    return sorted(WireReader(directory).calls(), key=lambda call: call.n)


def content(path: Path) -> bytes:
    """Return what stands in a file, for whoever looks for what must not: its name, and a record unpacked.

    Of that the bodies are there as they are read, and the texts as they are written.
    """
    data = path.name.encode() + path.read_bytes()
    return data + _unpacked(path) if path.name == WIRE_FILE else data


def _unpacked(path: Path) -> bytes:
    try:
        reader = WireReader(path.parent)
        calls = list(reader.calls())
    except UserError:
        return b""  # the runner was killed before there was anything
    found = [
        json.dumps([[c.path, c.query, c.headers, [a.headers for a in c.answers]] for c in calls]).encode()
    ]
    found += [part for c in calls for part in (c.body, *(a.body for a in c.answers))]
    found += [_said(a.body) for c in calls for a in c.answers]
    return b"\n".join(found)


def _said(events: bytes) -> bytes:
    """Return the texts of a stream, put together: what they say in pieces."""
    texts: dict[str, list[str]] = {}

    def take(value: object, name: str = "") -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                take(inner, key)
        elif isinstance(value, list):
            for inner in value:
                take(inner, name)
        elif isinstance(value, str):
            texts.setdefault(name, []).append(value)

    for line in events.splitlines():
        if line.startswith(b"data: {"):
            take(json.loads(line.removeprefix(b"data: ")))
    return "\n".join("".join(found) for found in texts.values()).encode("utf-8", "surrogatepass")
