"""OpenAI's chat completions. Source: https://platform.openai.com/docs/api-reference/chat/streaming."""

from __future__ import annotations

from typing import Any

from ..vendor import events

USAGE = {
    "prompt_tokens": 1000,
    "completion_tokens": 250,
    "total_tokens": 1250,
    "prompt_tokens_details": {"cached_tokens": 600, "audio_tokens": 10},
    "completion_tokens_details": {"reasoning_tokens": 90, "audio_tokens": 5},
}
CALLS = [
    {"id": f"call_{n}", "type": "function", "function": {"name": name, "arguments": '{"path":"a"}'}}
    for n, name in enumerate(("read_file", "list_files"))
]
LOGPROBS = {"content": [{"token": "I", "logprob": -0.1, "bytes": [73], "top_logprobs": []}], "refusal": None}
AUDIO = {"id": "audio_1", "expires_at": 1, "data": "UklGRg==", "transcript": "I speak."}


def answer(finish: str = "stop", **message: Any) -> dict[str, Any]:
    """Return a whole answer."""
    said = {"role": "assistant", "content": None, "refusal": None, **message}
    choice = {"index": 0, "message": said, "logprobs": LOGPROBS, "finish_reason": finish}
    head = {"id": "c1", "object": "chat.completion", "created": 1, "model": "m-2026"}
    return {**head, "choices": [choice], "usage": USAGE}


def chunk(delta: dict[str, Any] | None, finish: str | None = None, **more: Any) -> dict[str, Any]:
    """Return an event."""
    head = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m-2026"}
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish, **more}]
    return {**head, "choices": choices, "usage": USAGE if delta is None else None}


def called() -> list[dict[str, Any]]:
    """Return the pieces of two calls at once: the name in the first of each, its arguments in the others."""
    pieces = []
    for n, call in enumerate(CALLS):
        said = call["function"]
        pieces.append({"index": n, **call, "function": {**said, "arguments": ""}})
        pieces += [
            {"index": n, "function": {"arguments": p}} for p in (said["arguments"][:3], said["arguments"][3:])
        ]
    return [{"tool_calls": [p]} for p in pieces]


def stream(*deltas: dict[str, Any], finish: str = "stop") -> str:
    """Return a stream with these pieces, its usage and its end."""
    first = chunk({"role": "assistant", "content": "", "refusal": None})
    found = [chunk(d, logprobs=LOGPROBS if d.get("content") else None) for d in deltas]
    return events(first, *found, chunk({}, finish), chunk(None)) + "data: [DONE]\n\n"
