"""An endpoint on loopback, of any protocol, that behaves, or misbehaves, as it is told."""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cab_core.plugins.protocols import Reply
from tests.support import spoken

USAGE = {
    "prompt_tokens": 1000,
    "completion_tokens": 50,
    "total_tokens": 1050,
    "prompt_tokens_details": {"cached_tokens": 20},
    "completion_tokens_details": {"reasoning_tokens": 7},
}
# Modes in which an error is said that has a form of its own.
ERRORS = {
    "error_in_200": (200, "Provider returned an error"),
    "context": (
        400,
        "This model's maximum context length is 4096 tokens. However, you requested 9000 tokens.",
    ),
}
KEY = "sk-real-key-of-the-endpoint-0123456789"


class Endpoint:
    """`mode` says how the next call is answered; `script`, a list, how the next few are.

    `requests` are in the form of chat completions, `bodies` as they came.
    """

    def __init__(self, mode: str = "ok", reply: str = "I have looked at it.") -> None:
        self.mode, self.reply = mode, reply
        self.served = "served-1"
        self.said = ""  # the error of mode "said"
        self.tool, self.arguments = "no_such_tool", "{}"  # what mode "tool" calls, once
        self.refuses: str | None = None  # a field that it does not know
        self.ends: tuple[str, str] | None = None  # a tool and arguments by which a CLI must be told the end
        self.script: list[str] = []
        self.packing: tuple[str, Callable[[bytes], bytes]] = ("identity", bytes)  # of mode "packed"
        self.requests: list[dict] = []
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.released = threading.Event()
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                endpoint.bodies.append(body)
                endpoint.headers.append({k.lower(): v for k, v in self.headers.items()})
                protocol, request = spoken.protocol_of(self.path), json.loads(body)
                endpoint.requests.append(protocol.as_chat(request) if protocol else request)
                if endpoint.mode == "falls_back" and len(endpoint.requests) > 1:
                    endpoint.served = "served-2"
                mode = endpoint.script.pop(0) if endpoint.script else endpoint.mode
                _answer(self, endpoint, mode, request)

            def do_HEAD(self) -> None:
                _send(self, b"", "")

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"

    @contextmanager
    def running(self) -> Iterator[Endpoint]:
        """Serve while the context is open."""
        thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.released.set()
            self.server.shutdown()
            self.server.server_close()


def _answer(handler: BaseHTTPRequestHandler, endpoint: Endpoint, mode: str, request: dict) -> None:
    if endpoint.refuses in request:
        return _error(handler, 400, f"unknown field {endpoint.refuses}")
    if mode.isdigit():
        return _error(handler, int(mode), f"error {mode}; your key {handler.headers.get('Authorization')}")
    if mode == "said":
        return _error(handler, 401, endpoint.said)
    if mode in ERRORS:
        return _error(handler, *ERRORS[mode])
    if mode == "debug":
        return _send(handler, b'{"choices": []}', mode)
    if mode == "long_header":
        return _send(handler, b"", mode)
    if mode == "gzip_401":
        return _send(handler, _keyed(handler), "gzip", 401)
    if mode == "packed":
        encoding, pack = endpoint.packing
        return _send(handler, pack(_keyed(handler)), mode, 401, encoding=encoding)
    if mode == "echo":
        return _send(handler, _keyed(handler), mode)
    if mode == "stream_error":
        return _send(
            handler, b"data: " + _keyed(handler) + b"\n\ndata: [DONE]\n\n", mode, kind="text/event-stream"
        )
    if mode == "odd_choices":
        return _send(handler, b'{"choices": 5, "usage": true, "model": 7}', mode)
    if mode == "odd_usage":
        return _send(handler, b'{"choices": [], "usage": {"prompt_tokens": 1' + b"0" * 400 + b"}}", mode)
    if mode == "refuse_stream_options" and "stream_options" in request:
        return _error(handler, 400, "unknown field stream_options")
    if mode == "hang":
        endpoint.released.wait(60)
        handler.close_connection = True
        return None
    if mode == "hang_up":
        handler.close_connection = True
        return None
    if protocol := spoken.protocol_of(handler.path):
        called = any(m["role"] == "tool" for m in endpoint.requests[-1]["messages"])
        tool = (endpoint.tool, json.loads(endpoint.arguments)) if mode == "tool" and not called else None
        events = spoken.stream_of(
            protocol, endpoint.served, request, Reply(text=endpoint.reply, tool=tool), mode
        )
        return _send(handler, b"".join(events), mode, kind="text/event-stream")
    if request.get("stream"):
        return _stream(handler, endpoint, mode, request)
    if mode == "drop":
        return _cut(handler)
    usage = {} if mode == "no_usage" else {"usage": USAGE}
    message: dict = {"role": "assistant", "content": endpoint.reply}
    if mode == "thinks":
        message["reasoning_content"] = "I should look first."
    calls = _calls(endpoint, mode, request)
    if calls:
        message["tool_calls"] = calls
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if calls else "stop"}
    data = json.dumps(
        {"id": "x", "object": "chat.completion", "model": endpoint.served, "choices": [choice], **usage}
    )
    return _send(handler, data.encode(), mode)


def _calls(endpoint: Endpoint, mode: str, request: dict) -> list[dict]:
    """The call of a tool that an answer has: of mode "tool" the first one, else what tells the end."""
    called = any(m.get("role") == "tool" for m in request.get("messages", []))
    if mode == "tool" and not called:
        name, arguments = endpoint.tool, endpoint.arguments
    elif endpoint.ends:
        name, arguments = endpoint.ends
    else:
        return []
    return [{"index": 0, "id": "c1", "type": "function", "function": {"name": name, "arguments": arguments}}]


def _keyed(handler: BaseHTTPRequestHandler) -> bytes:
    """An error that gives the credential away."""
    return json.dumps(
        {"error": {"message": f"incorrect key {handler.headers.get('Authorization')}"}}
    ).encode()


def _send(
    handler: BaseHTTPRequestHandler,
    data: bytes,
    mode: str,
    status: int = 200,
    kind: str = "application/json",
    encoding: str = "",
) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    if mode == "gzip":
        data, encoding = gzip.compress(data), "gzip"
    if mode == "debug":
        handler.send_header("X-Debug-Authorization", handler.headers.get("Authorization", ""))
    if mode == "long_header":
        handler.send_header("X-Echo", "x" * 62 + KEY + "y" * 9000)
    if encoding:
        handler.send_header("Content-Encoding", encoding)
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data)


def _cut(handler: BaseHTTPRequestHandler) -> None:
    """The beginning of a body that is no stream, and then no more."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "999")
    handler.end_headers()
    handler.wfile.write(b'{"id": "x", "object": ')
    handler.close_connection = True


def _error(handler: BaseHTTPRequestHandler, status: int, message: str) -> None:
    data = json.dumps({"error": {"message": message, "type": "test"}}).encode()
    handler.send_response(status)
    if status == 302:
        key = handler.headers.get("Authorization", "").removeprefix("Bearer ")
        handler.send_header("Location", f"http://elsewhere.invalid/{key}")
    if status == 429:
        handler.send_header("Retry-After", "0.2")
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data)


def _stream(handler: BaseHTTPRequestHandler, endpoint: Endpoint, mode: str, request: dict) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.close_connection = True
    head = {"id": "x", "object": "chat.completion.chunk", "model": endpoint.served}

    def event(data: dict) -> None:
        handler.wfile.write(b"data: " + json.dumps(data).encode() + b"\n\n")
        handler.wfile.flush()

    if mode == "thinks":
        event({**head, "choices": [{"index": 0, "delta": {"reasoning_content": "I should look first."}}]})
    for part in (endpoint.reply[:5], endpoint.reply[5:]):
        event({**head, "choices": [{"index": 0, "delta": {"role": "assistant", "content": part}}]})
        time.sleep(0.01)
        if mode == "drop":
            return
    if calls := _calls(endpoint, mode, request):
        event({**head, "choices": [{"index": 0, "delta": {"tool_calls": calls}}]})
        event({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]})
    else:
        event({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    if mode != "no_usage" and (request.get("stream_options") or {}).get("include_usage"):
        event({**head, "choices": [], "usage": USAGE})
    handler.wfile.write(b"data: [DONE]\n\n")
