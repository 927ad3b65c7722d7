"""An endpoint of any protocol whose model does what a test says, several calls of tools at once too."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cab_core.gateway.protocols.responses_items import call_item
from cab_core.gateway.scripted.shell import Call
from cab_core.plugins.wire_protocol import WireProtocol
from tests.support.forms import chat, gemini, messages, responses
from tests.support.wire import CHAT, PROTOCOLS


def protocol_of(path: str) -> WireProtocol:
    """Return the protocol that a call's path belongs to."""
    return next((p for p in PROTOCOLS[1:] if p.operation("POST", path.partition("?")[0])), CHAT)


class Acting:
    """Answers by `act`, which is given a request in the form of chat completions; `requests` has all of them."""

    def __init__(self, act: Callable[[dict[str, Any]], tuple[str, list[Call]]]) -> None:
        self.requests: list[dict[str, Any]] = []
        acting = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                protocol = protocol_of(self.path)
                asked = protocol.as_chat(request)
                acting.requests.append(asked)
                data = _WRITTEN[protocol.name](request, *act(asked)).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def do_HEAD(self) -> None:
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"

    @contextmanager
    def running(self) -> Iterator[Acting]:
        """Serve while the context is open."""
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        try:
            yield self
        finally:
            self.server.shutdown()
            self.server.server_close()


def _chat(request: dict[str, Any], text: str, calls: list[Call]) -> str:
    n = len(request["messages"])
    pieces = [
        {"index": i, "id": f"call_{n}_{i}", "type": "function",
         "function": {"name": name, "arguments": json.dumps(arguments)}}
        for i, (name, arguments) in enumerate(calls)
    ]  # fmt: skip
    said = [{"content": text}] if text else []
    return chat.stream(
        *said, *({"tool_calls": [p]} for p in pieces), finish="tool_calls" if calls else "stop"
    )


def _messages(request: dict[str, Any], text: str, calls: list[Call]) -> str:
    n = len(request["messages"])
    blocks: list[dict[str, Any]] = [{"type": "text", "text": text}] if text else []
    blocks += [
        {"type": "tool_use", "id": f"toolu_{n}_{i}", "name": name, "input": arguments}
        for i, (name, arguments) in enumerate(calls)
    ]
    found = messages.stream(*blocks, stop="tool_use" if calls else "end_turn")
    return found.replace("msg_1", f"msg_{n}")  # clients take one id for one message


def _responses(request: dict[str, Any], text: str, calls: list[Call]) -> str:
    n = len(request["input"])
    items = [{**responses.MESSAGE, "id": f"msg_{n}", "content": [
        {"type": "output_text", "text": text, "annotations": [], "logprobs": []}]}] if text else []  # fmt: skip
    for i, call in enumerate(calls):
        items.append({**call_item(request, call), "id": f"fc_{n}_{i}", "call_id": f"call_{n}_{i}"})
    return responses.stream(*items)


def _gemini(request: dict[str, Any], text: str, calls: list[Call]) -> str:
    parts = [{"text": text}] if text else []
    return gemini.stream(*parts, *({"functionCall": {"name": n, "args": a}} for n, a in calls))


_WRITTEN: dict[str, Callable[[dict[str, Any], str, list[Call]], str]] = {
    "openai-chat": _chat,
    "anthropic-messages": _messages,
    "openai-responses": _responses,
    "gemini": _gemini,
}
