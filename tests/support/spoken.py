"""How the test endpoint answers in any protocol but chat completions, which it speaks by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain
from typing import Any

from cab_core.gateway.protocols.scripted import event
from cab_core.plugins.protocols import Reply
from cab_core.plugins.wire_protocol import WireProtocol
from cab_core.records import Usage
from tests.support.wire import GEMINI, MESSAGES, RESPONSES

USAGE = Usage(prompt=1000, completion=50)
_USAGE = {"usage", "usageMetadata"}
THOUGHT = "I should look first."


def protocol_of(path: str) -> WireProtocol | None:
    """Return the protocol that a call's path belongs to; None: chat completions."""
    path = path.partition("?")[0]
    return next((p for p in (RESPONSES, MESSAGES, GEMINI) if p.operation("POST", path)), None)


def origin_of(protocol: str, url: str) -> str:
    """Return an endpoint's address, which ends in /v1, as CLIs of a protocol are given it."""
    bare = protocol in (MESSAGES.name, GEMINI.name)
    return url.removesuffix("/v1") if bare else url


def stream_of(
    protocol: WireProtocol, model: str, request: dict[str, Any], reply: Reply, mode: str
) -> Iterator[bytes]:
    """Yield the events of an answer, as `mode` says.

    `thinks`: with what the model thought in front; `drop`: without an end; `no_usage`: nobody counts.
    """
    begun = _thinking(protocol, model, request) if mode == "thinks" else protocol.opening(model, request)
    ended = () if mode == "drop" else protocol.closing(model, request, reply, USAGE)
    events = chain(begun, [protocol.piece(model, reply.text)], ended)
    yield from map(_uncounted, events) if mode == "no_usage" else events


def _uncounted(event: bytes) -> bytes:
    """Take the usage out of an event."""
    head, found, data = event.partition(b"data: ")
    bare = json.loads(data, object_pairs_hook=lambda pairs: {k: v for k, v in pairs if k not in _USAGE})
    return head + found + json.dumps(bare).encode() + b"\n\n"


def _thinking(protocol: WireProtocol, model: str, request: dict[str, Any]) -> Iterator[bytes]:
    opening = list(protocol.opening(model, request))
    yield from opening[:1]
    for data in _THOUGHTS[protocol.name]:
        yield event(data, None if protocol is GEMINI else data["type"])
    yield from opening[1:]


_PART = {"type": "summary_text", "text": THOUGHT}
_ITEM = {"type": "reasoning", "id": "rs_0", "summary": []}
_WHERE = {"item_id": "rs_0", "output_index": 7, "summary_index": 0}
_THOUGHTS: dict[str, list[dict[str, Any]]] = {
    RESPONSES.name: [
        {"type": "response.output_item.added", "output_index": 7, "item": _ITEM},
        {"type": "response.reasoning_summary_text.delta", **_WHERE, "delta": THOUGHT},
        {"type": "response.output_item.done", "output_index": 7, "item": {**_ITEM, "summary": [_PART]}},
    ],
    # At the place where the text comes next: the stream is read block by block.
    MESSAGES.name: [
        {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": THOUGHT}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "s"}},
        {"type": "content_block_stop", "index": 0},
    ],
    GEMINI.name: [
        {
            "candidates": [
                {"index": 0, "content": {"role": "model", "parts": [{"text": THOUGHT, "thought": True}]}}
            ]
        }
    ],
}
