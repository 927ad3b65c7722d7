"""An endpoint whose model hands its work to sub-agents: each makes a file by a shell and says that it is done.

It tells by what was said who asks: the main agent, or one of those to whom it gave a part.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cab_core.gateway.chat_form import objects, texts_of, tool_name
from cab_core.gateway.protocols.responses_items import call_item
from cab_core.gateway.scripted.shell import Call, shell_call
from tests.support import spoken
from tests.support.forms import chat, gemini, messages, responses
from tests.support.wire import CHAT

PARTS = 2  # sub-agents at once
_PART = re.compile(r"Your part is number (\d)")
_AGENT = re.compile(r'"?agent_id"?: ?"?([0-9a-f-]{36})')


def prompt_of(part: int) -> str:
    """Return what a sub-agent is told."""
    return f"Your part is number {part}: write the file part-{part}.txt, and say when it is there."


# How each CLI's model hands a part to a sub-agent.
HANDS: dict[str, Callable[[int], Call]] = {
    "opencode": lambda n: ("task", _task(n, subagent_type="general")),
    "kilo": lambda n: ("task", _task(n, subagent_type="general")),
    "claude": lambda n: ("Agent", _task(n)),
    "qwen": lambda n: (
        "agent",
        _task(n, subagent_type="general-purpose", run_in_background=False),
    ),
    "gemini": lambda n: ("invoke_agent", {"agent_name": "generalist", "prompt": prompt_of(n)}),
    "copilot": lambda n: (
        "task",
        _task(n, name=f"part-{n}", agent_type="general-purpose", mode="sync"),
    ),
    "codex": lambda n: ("multi_agent_v1__spawn_agent", {"message": prompt_of(n)}),
    "cline": lambda n: ("spawn_agent", {"systemPrompt": "Do as told.", "task": prompt_of(n)}),
}


def _task(n: int, **more: Any) -> dict[str, Any]:
    return {"description": f"part {n}", "prompt": prompt_of(n), **more}


class Delegating:
    """`requests` are in the form of chat completions."""

    def __init__(self, tui: str) -> None:
        self.hand = HANDS[tui]
        self.requests: list[dict[str, Any]] = []
        delegating = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                protocol = spoken.protocol_of(self.path) or CHAT
                asked = protocol.as_chat(request)
                delegating.requests.append(asked)
                text, calls = delegating.answer(asked)
                data = _WRITTEN[protocol.name](request, text, calls).encode()
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

    def answer(self, request: Mapping[str, Any]) -> tuple[str, list[Call]]:
        """Return what the model says to whoever asks."""
        said = [m for m in objects(request, "messages") if m.get("role") == "user"]
        told = " ".join(text for m in said for text in texts_of(m.get("content")))
        results = [m for m in objects(request, "messages") if m.get("role") == "tool"]
        if not request.get("tools"):
            return "A title", []
        if part := _PART.search(told):
            # One ends after the other, for some CLIs tell the main agent of an end as it comes.
            command = f"sleep {int(part[1]) - 1}; echo part {part[1]} > part-{part[1]}.txt"
            call = None if results else shell_call(request, command)
            return ("", [call]) if call else (f"Part {part[1]} is there.", [])
        return self._lead(request, results)

    def _lead(self, request: Mapping[str, Any], results: list[dict[str, Any]]) -> tuple[str, list[Call]]:
        """Return what the main agent's model says: it hands the parts over, and waits where it must."""
        if not results:
            return "I hand it over.", [self.hand(n) for n in range(1, PARTS + 1)]
        names = [tool_name(t) for t in objects(request, "tools")]
        told = "\n".join(text for m in results for text in texts_of(m.get("content")))
        agents = list(dict.fromkeys(_AGENT.findall(told)))
        if "multi_agent_v1__wait_agent" in names and told.count("is there.") < len(agents):
            left = [a for a in agents if f'"{a}":{{"completed"' not in told]
            return "", [("multi_agent_v1__wait_agent", {"targets": left})]
        return "All of it is there.", []

    @contextmanager
    def running(self) -> Iterator[Delegating]:
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
