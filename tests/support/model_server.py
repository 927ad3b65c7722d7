"""A server of one model on loopback, as like as need be to those that there are: vLLM, llama.cpp, Ollama ..."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cab_core.testing.endpoint import serving

Refusal = tuple[int, Any]


class ModelServer:
    """`pages`: what GET has, by path; `posts`: what a POST elsewhere has, as (status, value).

    `usage`: of "plain" and "streamed" answers. `tools`: "called", "written" as text, or "words". `pace_s`: for
    each token; `reading_s`: for each word of the question. `slots`: answers at once, the others wait.
    `refuse`: looks at a call first. `released` ends what hangs.
    """

    def __init__(
        self,
        *,
        model: str = "m-1",
        pages: dict[str, Any] | None = None,
        posts: dict[str, Refusal] | None = None,
        usage: tuple[str, ...] = ("plain", "streamed"),
        streams: bool = True,
        tools: str = "called",
        pace_s: float = 0.002,
        reading_s: float = 0.0,
        slots: int | None = None,
        refuse: Callable[[dict[str, Any]], Refusal | None] = lambda _: None,
        missing: Refusal = (404, {"detail": "Not Found"}),
        hangs: bool = False,
    ) -> None:
        self.model, self.usage, self.streams, self.tools = model, usage, streams, tools
        self.pages, self.posts, self.missing, self.hangs = pages or {}, posts or {}, missing, hangs
        self.pace_s, self.reading_s, self.refuse = pace_s, reading_s, refuse
        self.slot = threading.Semaphore(slots) if slots else nullcontext()
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.released = threading.Event()
        self.server = _Quiet(("127.0.0.1", 0), _handler(self))
        self.server.daemon_threads = True
        self.root = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.url = f"{self.root}/v1"

    @contextmanager
    def running(self) -> Iterator[ModelServer]:
        """Serve while the context is open."""
        with serving(self.server, self.released):
            yield self


class _Quiet(ThreadingHTTPServer):
    """Says nothing of clients that have gone."""

    def handle_error(self, request: object, client_address: object) -> None:
        pass


def _handler(served: ModelServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            served.keys.append(self.headers.get("Authorization"))
            if served.hangs:
                served.released.wait(60)
            found = served.pages.get(self.path)
            _send(
                self, *(served.missing if found is None else found if type(found) is tuple else (200, found))
            )

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            served.keys.append(self.headers.get("Authorization"))
            if served.hangs:
                served.released.wait(60)
            if self.path != "/v1/chat/completions":
                return _send(self, *served.posts.get(self.path, served.missing))
            served.asked.append(request)
            if (refusal := served.refuse(request)) is not None:
                return _send(self, *refusal)
            with served.slot:
                return _answer(self, served, request)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def _send(handler: BaseHTTPRequestHandler, status: int, value: Any) -> None:
    data = value.encode() if isinstance(value, str) else json.dumps(value).encode()
    handler.send_response(status)
    handler.send_header("Content-Type", "text/html" if isinstance(value, str) else "application/json")
    if status == 429:
        handler.send_header("Retry-After", "0.1")
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data)


def _answer(handler: BaseHTTPRequestHandler, served: ModelServer, request: dict[str, Any]) -> None:
    question = len(request["messages"][-1]["content"].split())
    time.sleep(question * served.reading_s)
    tokens = min(request.get("max_tokens") or request.get("max_completion_tokens") or 64, 64)
    usage = {"prompt_tokens": question, "completion_tokens": tokens, "total_tokens": question + tokens}
    head = {"id": "x", "model": served.model}
    if not (request.get("stream") and served.streams):
        time.sleep(tokens * served.pace_s)
        message = {"role": "assistant", "content": "word " * tokens}
        whole = {**head, "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
        return _send(handler, 200, {**whole, "usage": usage} if "plain" in served.usage else whole)
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.close_connection = True
    for delta in _deltas(served, request, tokens):
        _event(handler, {**head, "choices": [{"index": 0, "delta": delta}]})
        time.sleep(served.pace_s)
    _event(handler, {**head, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    if "streamed" in served.usage and (request.get("stream_options") or {}).get("include_usage"):
        _event(handler, {**head, "choices": [], "usage": usage})
    handler.wfile.write(b"data: [DONE]\n\n")
    return None


def _deltas(served: ModelServer, request: dict[str, Any], tokens: int) -> list[dict[str, Any]]:
    if not request.get("tools") or served.tools == "words":
        return [{"content": "word "}] * tokens
    name = request["tools"][0]["function"]["name"]
    if served.tools == "written":
        return [{"content": json.dumps({"name": name, "arguments": {}})}]
    call = {"index": 0, "id": "c", "type": "function", "function": {"name": name, "arguments": "{}"}}
    return [{"tool_calls": [call]}]


def _event(handler: BaseHTTPRequestHandler, data: dict[str, Any]) -> None:
    handler.wfile.write(b"data: " + json.dumps(data).encode() + b"\n\n")
    handler.wfile.flush()
