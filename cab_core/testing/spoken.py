"""How the endpoint answers in any protocol but chat completions: by what the protocol says itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain
from typing import Any

from cab_core.gateway.protocols.scripted import event
from cab_core.plugins.protocols import Reply
from cab_core.plugins.registry import Plugins
from cab_core.plugins.wire_protocol import WireProtocol
from cab_core.records import Usage

CHAT = "openai-chat"
USAGE = Usage(prompt=1000, completion=50)
_USAGE = {"usage", "usageMetadata"}
THOUGHT = "I should look first."


def others_than_chat(plugins: Plugins) -> list[WireProtocol]:
    """Return the protocols that are there, without chat completions."""
    return [plugins.protocol(name) for name in plugins.names("protocol") if name != CHAT]


def origin_of(protocol: WireProtocol, url: str) -> str:
    """Return an endpoint's address, which ends in /v1, as CLIs of a protocol are given it."""
    return url.removesuffix("/v1") + protocol.base


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
    for data in _THOUGHTS.get(protocol.name, ()):  # of a protocol that is not known here nothing is thought
        yield event(data, data.get("type"))
    yield from opening[1:]


_PART = {"type": "summary_text", "text": THOUGHT}
_ITEM = {"type": "reasoning", "id": "rs_0", "summary": []}
_WHERE = {"item_id": "rs_0", "output_index": 7, "summary_index": 0}
_THOUGHTS: dict[str, list[dict[str, Any]]] = {
    "openai-responses": [
        {"type": "response.output_item.added", "output_index": 7, "item": _ITEM},
        {"type": "response.reasoning_summary_text.delta", **_WHERE, "delta": THOUGHT},
        {"type": "response.output_item.done", "output_index": 7, "item": {**_ITEM, "summary": [_PART]}},
    ],
    # At the place where the text comes next: the stream is read block by block.
    "anthropic-messages": [
        {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": THOUGHT}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "s"}},
        {"type": "content_block_stop", "index": 0},
    ],
    "gemini": [
        {
            "candidates": [
                {"index": 0, "content": {"role": "model", "parts": [{"text": THOUGHT, "thought": True}]}}
            ]
        }
    ],
}
