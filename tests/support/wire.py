"""Protocols as objects, what goes to an endpoint in them, and records of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cab_core.gateway.protocols.anthropic_messages import AnthropicMessages
from cab_core.gateway.protocols.gemini import Gemini
from cab_core.gateway.protocols.openai_chat import OpenAIChat
from cab_core.gateway.protocols.openai_responses import OpenAIResponses
from cab_core.gateway.upstream import Outgoing
from cab_core.plugins.wire_protocol import Asked, Operation, WireProtocol
from cab_core.records.wire import WIRE_FILE
from cab_core.redaction import Redactor
from cab_core.wire.writer import WireWriter

CHAT, RESPONSES, MESSAGES, GEMINI = OpenAIChat(), OpenAIResponses(), AnthropicMessages(), Gemini()
PROTOCOLS: tuple[WireProtocol, ...] = (CHAT, RESPONSES, MESSAGES, GEMINI)
CALL = Operation(kind="call", path="chat/completions")
OUT = Outgoing(protocol=CHAT, operation=CALL, headers={}, body=b"{}")


def read_chat(body: bytes) -> Asked:
    """Read a call of chat completions."""
    return CHAT.read(CALL, body)


def write_wire(
    cell: Path,
    calls: Sequence[tuple[dict[str, Any], tuple[int, bytes] | None]],
    protocol: WireProtocol = CHAT,
) -> None:
    """Write a wire record into a cell's directory: what was asked, and the status and body of the answer."""
    writer = WireWriter(cell / WIRE_FILE, "a/cell", "m", protocol, Redactor({}), ())
    for n, (asked, answer) in enumerate(calls, 1):
        body = writer.request(n, json.dumps(asked).encode())
        head = {"start_ns": n, "method": "POST", "path": "chat/completions", "query": "", "headers": []}
        lines: list[dict[str, Any]] = [{"n": n, "request": {**head, "body": body}}]
        if answer is not None:
            said = {"tried": 1, "at_ms": 1.0, "status": answer[0], "headers": [], "pieces": []}
            lines.append({"n": n, "answer": {**said, "body": writer.answer(answer[1], [])}})
        writer.write([*lines, {"n": n, "end_ms": 2.0}])
    writer.close()
