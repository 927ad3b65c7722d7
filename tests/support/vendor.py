"""An endpoint on loopback that sends what it is told to, and a cell at a gateway before it."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import attrs

from cab_core.gateway.server import Gateway
from cab_core.gateway.session import CellSession, new_token
from cab_core.gateway.upstream import EndpointUpstream, Upstream
from cab_core.plugins.protocols import StopSignal
from cab_core.plugins.wire_protocol import WireProtocol
from cab_core.records import Limits

KEY = "sk-some-key-of-a-vendor-0123456789"


def events(*found: dict[str, Any], named: bool = False) -> str:
    """Return a stream of events; `named`: each with its type as its name."""
    heads = [f"event: {e['type']}\n" if named else "" for e in found]
    return "".join(f"{head}data: {json.dumps(e)}\n\n" for head, e in zip(heads, found, strict=True))


@attrs.frozen
class Sent:
    """An answer. A `str` is a stream of events, `bytes` go as they are; all else is sent as JSON.

    `packed`: with gzip. `measured`: its length is told; else it ends with its connection.
    """

    body: Any
    status: int = 200
    headers: dict[str, str] = attrs.field(factory=dict)
    type: str | None = None
    packed: bool = False
    measured: bool = True

    @property
    def kind(self) -> str:
        """The type of its content."""
        usual = "text/event-stream" if isinstance(self.body, str) else "application/json"
        return self.type or usual

    @property
    def data(self) -> bytes:
        """What goes out."""
        text = self.body if isinstance(self.body, (str, bytes)) else json.dumps(self.body)
        data = text if isinstance(text, bytes) else text.encode()
        return gzip.compress(data) if self.packed else data

    def to(self, handler: BaseHTTPRequestHandler) -> None:
        """Send it."""
        ends = {"Content-Length": str(len(self.data))} if self.measured else {"Connection": "close"}
        coded = {"Content-Encoding": "gzip"} if self.packed else {}
        handler.send_response(self.status)
        for name, value in {"Content-Type": self.kind, **self.headers, **coded, **ends}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(self.data)
        handler.close_connection = not self.measured


@attrs.frozen
class Paced(Sent):
    """A stream of which each event goes out when the one before has arrived: then `arrived` is released."""

    arrived: threading.Semaphore = attrs.field(factory=lambda: threading.Semaphore(1))

    def to(self, handler: BaseHTTPRequestHandler) -> None:
        """Send it."""
        handler.send_response(self.status)
        handler.send_header("Content-Type", self.kind)
        handler.send_header("Content-Length", str(len(self.data)))
        handler.end_headers()
        for event in self.data.split(b"\n\n")[:-1]:
            self.arrived.acquire(timeout=30)
            handler.wfile.write(event + b"\n\n")
            handler.wfile.flush()


class Vendor:
    """Sends `answers` one after another, the last of them for ever; keeps what it was asked."""

    def __init__(self) -> None:
        self.answers: list[Sent] = []
        self.asked: list[tuple[str, Any]] = []  # path, body
        self.raw: list[bytes] = []  # bodies as they came
        self.headers: list[dict[str, str]] = []
        vendor = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                vendor.raw.append(self.rfile.read(int(self.headers["Content-Length"])))
                vendor.asked.append((self.path, json.loads(vendor.raw[-1])))
                vendor.headers.append({k.lower(): v for k, v in self.headers.items()})
                sent = vendor.answers.pop(0) if len(vendor.answers) > 1 else vendor.answers[0]
                sent.to(self)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"

    def send(self, *bodies: Any, **more: Any) -> None:
        """Answer so from now on."""
        self.answers = [b if isinstance(b, Sent) else Sent(b, **more) for b in bodies]

    @contextmanager
    def running(self) -> Iterator[Vendor]:
        """Serve while the context is open."""
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        try:
            yield self
        finally:
            self.server.shutdown()
            self.server.server_close()


@contextmanager
def cell_before(
    upstream: Upstream | Vendor, protocol: WireProtocol, record: Path, **more: Any
) -> Iterator[tuple[str, CellSession]]:
    """Yield the address of a gateway, as CLIs are given it, and the session of one cell with the model `m`."""
    answers = EndpointUpstream(upstream.url, KEY) if isinstance(upstream, Vendor) else upstream
    with Gateway() as gateway:
        session = CellSession(
            protocol=protocol,
            token=new_token(),
            model="m",
            upstream=answers,
            limits=more.pop("limits", Limits(wall_s=20)),
            record=record,
            stop=StopSignal(),
            **more,
        )
        gateway.open(session)
        yield gateway.url + protocol.base, session
        gateway.close(session)
