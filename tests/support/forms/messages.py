"""Anthropic's messages. Source: https://docs.anthropic.com/en/api/messages-streaming."""

from __future__ import annotations

import json
from typing import Any

from ..vendor import events

# What is not from a cache, what was written to one, what one gave: 1000 tokens in all.
INPUT = {"input_tokens": 300, "cache_creation_input_tokens": 100, "cache_read_input_tokens": 600}
CREATED = {"cache_creation": {"ephemeral_5m_input_tokens": 100, "ephemeral_1h_input_tokens": 0}}
OUTPUT = {"output_tokens": 250, "output_tokens_details": {"thinking_tokens": 90}}
THINKING = {"type": "thinking", "thinking": "I should look.", "signature": "EqQBCg=="}
REDACTED = {"type": "redacted_thinking", "data": "EmwKAhgBEgy3va3pzix"}
TEXT = {"type": "text", "text": "I look.", "citations": None}
CALLS = [
    {"type": "tool_use", "id": f"toolu_{n}", "name": name, "input": {"path": "a"}}
    for n, name in enumerate(("read_file", "list_files"))
]
SEARCH = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "a"}}
FOUND = {
    "type": "web_search_tool_result",
    "tool_use_id": "srvtoolu_1",
    "content": [
        {
            "type": "web_search_result",
            "title": "t",
            "url": "https://a.example",
            "encrypted_content": "Eqg",
            "page_age": None,
        }
    ],
}
PING = {"type": "ping"}
OVERLOADED = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}


def message(*content: dict[str, Any], stop: str | None = "end_turn", **usage: Any) -> dict[str, Any]:
    """Return a message."""
    return {
        **{
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "m-2026",
            "content": list(content),
        },
        **{"stop_reason": stop, "stop_sequence": None},
        "usage": usage or {**INPUT, **CREATED, **OUTPUT, "service_tier": "standard"},
    }


def _deltas(block: dict[str, Any]) -> list[dict[str, Any]]:
    if block["type"] == "thinking":
        signed = {"type": "signature_delta", "signature": block["signature"]}
        return [
            {"type": "thinking_delta", "thinking": p} for p in (block["thinking"][:4], block["thinking"][4:])
        ] + [signed]
    if block["type"] == "text":
        return [{"type": "text_delta", "text": p} for p in (block["text"][:2], block["text"][2:])]
    if "input" in block:
        said = json.dumps(block["input"])
        return [{"type": "input_json_delta", "partial_json": p} for p in ("", said[:4], said[4:])]
    return []


def _begun(block: dict[str, Any]) -> dict[str, Any]:
    return {
        **block,
        **{k: type(block[k])() for k in ("thinking", "signature", "text", "input") if k in block},
    }


def sequence(*content: dict[str, Any], stop: str = "end_turn", **usage: Any) -> list[dict[str, Any]]:
    """Return all events of a message: the input's tokens stand in the first, the output's in the last but one."""
    found: list[dict[str, Any]] = [
        {"type": "message_start", "message": message(stop=None, **{**INPUT, **CREATED, "output_tokens": 2})},
        PING,
    ]
    for n, block in enumerate(content):
        found.append({"type": "content_block_start", "index": n, "content_block": _begun(block)})
        found += [{"type": "content_block_delta", "index": n, "delta": d} for d in _deltas(block)]
        found.append({"type": "content_block_stop", "index": n})
    delta = {"stop_reason": stop, "stop_sequence": None}
    found.append({"type": "message_delta", "delta": delta, "usage": usage or OUTPUT})
    return [*found, {"type": "message_stop"}]


def stream(*content: dict[str, Any], **more: Any) -> str:
    """Return them as they are sent."""
    return events(*sequence(*content, **more), named=True)
