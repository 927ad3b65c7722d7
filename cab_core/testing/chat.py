"""Answers in chat completions, as endpoints of many vendors give them, whole and as a stream."""

from __future__ import annotations

import json
import time
from http.server import BaseHTTPRequestHandler
from typing import Any, NamedTuple

from .spoken import THOUGHT

USAGE: dict[str, Any] = {
    "prompt_tokens": 1000,
    "completion_tokens": 50,
    "total_tokens": 1050,
    "prompt_tokens_details": {"cached_tokens": 20},
    "completion_tokens_details": {"reasoning_tokens": 7},
}


class Said(NamedTuple):
    """What one answer says: `called` is `(tool, arguments)`; for `mode` see `Endpoint`."""

    model: str
    reply: str
    called: tuple[str, str] | None
    mode: str

    def whole(self) -> bytes:
        """Return the answer as one object."""
        message: dict[str, Any] = {"role": "assistant", "content": self.reply}
        if self.mode == "thinks":
            message["reasoning_content"] = THOUGHT
        if calls := self._calls():
            message["tool_calls"] = calls
        choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if calls else "stop"}
        usage = {} if self.mode == "no_usage" else {"usage": USAGE}
        head = {"id": "x", "object": "chat.completion", "model": self.model}
        return json.dumps({**head, "choices": [choice], **usage}).encode()

    def stream(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        """Send the answer in pieces, as they come; of mode `drop` the first alone."""
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.close_connection = True
        for delta in self._deltas():
            self._event(handler, choices=[{"index": 0, "delta": delta}])
            time.sleep(0.01)  # so that it comes in pieces
            if self.mode == "drop":
                return
        reason = "tool_calls" if self.called else "stop"
        self._event(handler, choices=[{"index": 0, "delta": {}, "finish_reason": reason}])
        counted = (request.get("stream_options") or {}).get("include_usage")
        if self.mode != "no_usage" and counted:
            self._event(handler, choices=[], usage=USAGE)
        handler.wfile.write(b"data: [DONE]\n\n")

    def _deltas(self) -> list[dict[str, Any]]:
        thought = [{"reasoning_content": THOUGHT}] if self.mode == "thinks" else []
        text = [{"role": "assistant", "content": part} for part in (self.reply[:5], self.reply[5:])]
        return [*thought, *text, *([{"tool_calls": calls}] if (calls := self._calls()) else [])]

    def _event(self, handler: BaseHTTPRequestHandler, **data: Any) -> None:
        head = {"id": "x", "object": "chat.completion.chunk", "model": self.model}
        handler.wfile.write(b"data: " + json.dumps({**head, **data}).encode() + b"\n\n")
        handler.wfile.flush()

    def _calls(self) -> list[dict[str, Any]]:
        if self.called is None:
            return []
        name, arguments = self.called
        function = {"name": name, "arguments": arguments}
        return [{"index": 0, "id": "c1", "type": "function", "function": function}]
