"""An endpoint on loopback, of any wire protocol, that behaves or misbehaves as it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from cab_core.plugins.protocols import Reply
from cab_core.plugins.registry import Plugins
from cab_core.plugins.wire_protocol import WireProtocol

from . import chat, spoken

USAGE = chat.USAGE
KEY = "sk-real-key-of-the-endpoint-0123456789"
HANGS_S = 60
# Modes in which an error is said that has a form of its own.
ERRORS = {
    "error_in_200": (200, "Provider returned an error"),
    "context": (
        400,
        "This model's maximum context length is 4096 tokens. However, you requested 9000 tokens.",
    ),
}


class Handler(BaseHTTPRequestHandler):
    """One connection of an `Endpoint`, which it knows by `endpoint`."""

    protocol_version = "HTTP/1.1"
    endpoint: Endpoint

    def do_POST(self) -> None:
        """Keep what is asked, and answer as the endpoint says."""
        endpoint = self.endpoint
        body = self.rfile.read(int(self.headers["Content-Length"]))
        endpoint.bodies.append(body)
        endpoint.headers.append({k.lower(): v for k, v in self.headers.items()})
        protocol, request = endpoint.protocol_of(self.path), json.loads(body)
        endpoint.requests.append(protocol.as_chat(request) if protocol else request)
        mode = endpoint.script.pop(0) if endpoint.script else endpoint.mode
        endpoint.answer(self, mode, request)

    def do_HEAD(self) -> None:
        """Some CLIs ask whether there is anybody."""
        self.send(b"")

    def log_message(self, *_: object) -> None:
        """Say nothing on standard error."""

    def send(
        self,
        data: bytes,
        kind: str = "application/json",
        status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> None:
        """Send a whole answer."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def error(self, status: int, message: str) -> None:
        """Refuse, in the words of chat completions."""
        headers = {"Retry-After": "0.2"} if status == 429 else {}
        data = json.dumps({"error": {"message": message, "type": "test"}}).encode()
        self.send(data, status=status, headers=headers)

    def cut(self) -> None:
        """Send the beginning of a body that is no stream, and then no more."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "999")
        self.end_headers()
        self.wfile.write(b'{"id": "x", "object": ')
        self.close_connection = True


@contextmanager
def serving(server: ThreadingHTTPServer, released: threading.Event) -> Iterator[None]:
    """Serve while the context is open; at its end `released` lets go what waits in a handler."""
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield
    finally:
        released.set()
        server.shutdown()
        server.server_close()


class Endpoint:
    """Answers every call with `reply`; `mode` says otherwise, or, for the next few calls, the list `script`.

    `mode`: `ok`; a status such as `429`; `error_in_200`; `context`, the refusal of what is too long; `drop`,
    a stream that breaks off; `hang`; `no_usage`, tokens are not counted; `thinks`, the model reasons first;
    `tool`, the model first calls `tool` with `arguments`. `ends`: a tool and arguments by which a CLI must be
    told the end. `requests`: what was asked, as chat completions; `bodies` and `headers`, as they came. The
    model's name is `served`, and each call takes `USAGE`.
    """

    handler = Handler

    def __init__(
        self, mode: str = "ok", reply: str = "I have looked at it.", plugins: Plugins | None = None
    ) -> None:
        self.mode, self.reply, self.served = mode, reply, "served-1"
        self.tool, self.arguments = "no_such_tool", "{}"
        self.ends: tuple[str, str] | None = None
        self.script: list[str] = []
        self.requests: list[dict[str, Any]] = []
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.released = threading.Event()
        self._protocols = spoken.others_than_chat(plugins or Plugins())
        handler = type("Handler", (self.handler,), {"endpoint": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"

    @contextmanager
    def running(self) -> Iterator[Self]:
        """Serve while the context is open."""
        with serving(self.server, self.released):
            yield self

    def protocol_of(self, path: str) -> WireProtocol | None:
        """Return the protocol that a call's path belongs to; None: chat completions."""
        path = path.partition("?")[0]
        return next((p for p in self._protocols if p.operation("POST", path)), None)

    def answer(self, handler: Handler, mode: str, request: dict[str, Any]) -> None:
        """Answer one call."""
        if mode.isdigit():
            return handler.error(int(mode), f"error {mode}; your key {handler.headers.get('Authorization')}")
        if mode in ERRORS:
            return handler.error(*ERRORS[mode])
        if mode == "hang":
            self.released.wait(HANGS_S)
            handler.close_connection = True
            return None
        protocol = self.protocol_of(handler.path)
        return self._as(protocol, handler, mode, request) if protocol else self._chat(handler, mode, request)

    def _as(self, protocol: WireProtocol, handler: Handler, mode: str, request: dict[str, Any]) -> None:
        tool = (self.tool, json.loads(self.arguments)) if self._calls_tool(mode) else None
        reply = Reply(text=self.reply, tool=tool)
        events = spoken.stream_of(protocol, self.served, request, reply, mode)
        handler.send(b"".join(events), "text/event-stream")

    def _calls_tool(self, mode: str) -> bool:
        return mode == "tool" and not any(m.get("role") == "tool" for m in self._messages())

    def _messages(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.requests[-1].get("messages", [])
        return found

    def _chat(self, handler: Handler, mode: str, request: dict[str, Any]) -> None:
        called = (self.tool, self.arguments) if self._calls_tool(mode) else self.ends
        said = chat.Said(self.served, self.reply, called, mode)
        if request.get("stream"):
            said.stream(handler, request)
        elif mode == "drop":
            handler.cut()
        else:
            handler.send(said.whole())
