"""OpenAI's responses. Source: https://platform.openai.com/docs/api-reference/responses-streaming."""

from __future__ import annotations

from typing import Any

from ..vendor import events

USAGE = {
    "input_tokens": 1000,
    "input_tokens_details": {"cached_tokens": 600, "cache_write_tokens": 100},
    "output_tokens": 250,
    "output_tokens_details": {"reasoning_tokens": 90},
    "total_tokens": 1250,
}
REASONING = {
    "id": "rs_1",
    "type": "reasoning",
    "summary": [{"type": "summary_text", "text": "I should look."}],
    "encrypted_content": "gAAAA",
    "status": "completed",
}
MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "status": "completed",
    "content": [{"type": "output_text", "text": "I look.", "annotations": [], "logprobs": []}],
}
REFUSAL = {**MESSAGE, "content": [{"type": "refusal", "refusal": "I cannot help."}]}
CALLS = [
    {
        "id": f"fc_{n}",
        "type": "function_call",
        "call_id": f"call_{n}",
        "name": name,
        "arguments": '{"path":"a"}',
        "status": "completed",
    }
    for n, name in enumerate(("read_file", "list_files"))
]
CUSTOM = {"id": "ctc_1", "type": "custom_tool_call", "call_id": "call_9", "name": "patch", "input": "*** a"}
SHELL = {
    "id": "lsh_1",
    "type": "local_shell_call",
    "call_id": "call_8",
    "status": "completed",
    "action": {"type": "exec", "command": ["ls"], "env": {}},
}


def response(*output: dict[str, Any], status: str = "completed", **more: Any) -> dict[str, Any]:
    """Return a response."""
    return {
        **{"id": "resp_1", "object": "response", "created_at": 1, "status": status, "model": "m-2026"},
        **{"error": None, "incomplete_details": None, "instructions": None, "metadata": {}},
        **{"output": list(output), "parallel_tool_calls": True, "tool_choice": "auto", "tools": []},
        **{
            "temperature": 1.0,
            "top_p": 1.0,
            "usage": USAGE if status in ("completed", "incomplete") else None,
        },
        **more,
    }


def _part(item: dict[str, Any], output: int, field: str, name: str) -> list[dict[str, Any]]:
    """The events of an item's one text, in two pieces."""
    part = item["content"][0]
    place = {"item_id": item["id"], "output_index": output, "content_index": 0}
    more = {"logprobs": []} if field == "text" else {}
    pieces = [part[field][:3], part[field][3:]]
    return [
        {"type": "response.content_part.added", **place, "part": {**part, field: ""}},
        *({"type": f"response.{name}.delta", **place, "delta": p, **more} for p in pieces),
        {"type": f"response.{name}.done", **place, field: part[field], **more},
        {"type": "response.content_part.done", **place, "part": part},
    ]


def _summary(item: dict[str, Any], output: int) -> list[dict[str, Any]]:
    place, part = {"item_id": item["id"], "output_index": output, "summary_index": 0}, item["summary"][0]
    head = "response.reasoning_summary"
    return [
        {"type": f"{head}_part.added", **place, "part": {**part, "text": ""}},
        {"type": f"{head}_text.delta", **place, "delta": part["text"]},
        {"type": f"{head}_text.done", **place, "text": part["text"]},
        {"type": f"{head}_part.done", **place, "part": part},
    ]


def _call(item: dict[str, Any], output: int, field: str, name: str) -> list[dict[str, Any]]:
    place, said = {"item_id": item["id"], "output_index": output}, item[field]
    ended = {"name": item["name"]} if field == "arguments" else {}
    return [
        *({"type": f"response.{name}.delta", **place, "delta": p} for p in (said[:2], said[2:])),
        {"type": f"response.{name}.done", **place, field: said, **ended},
    ]


def _inside(item: dict[str, Any], output: int) -> list[dict[str, Any]]:
    if item["type"] == "message":
        refused = item["content"][0]["type"] == "refusal"
        return _part(item, output, *(("refusal", "refusal") if refused else ("text", "output_text")))
    if item["type"] == "reasoning":
        return _summary(item, output)
    if item["type"] == "function_call":
        return _call(item, output, "arguments", "function_call_arguments")
    return _call(item, output, "input", "custom_tool_call_input") if "input" in item else []


def _begun(item: dict[str, Any]) -> dict[str, Any]:
    empty = {k: type(item[k])() for k in ("content", "summary", "arguments", "input") if k in item}
    return {**item, **empty, **({"status": "in_progress"} if "status" in item else {})}


def sequence(*output: dict[str, Any], last: str = "completed", **more: Any) -> list[dict[str, Any]]:
    """Return all events of a response, numbered. `last`: how it ends; `more` stands in its last event."""
    found: list[dict[str, Any]] = [
        {"type": f"response.{kind}", "response": response(status="in_progress")}
        for kind in ("created", "in_progress")
    ]
    for n, item in enumerate(output):
        found.append({"type": "response.output_item.added", "output_index": n, "item": _begun(item)})
        found += _inside(item, n)
        found.append({"type": "response.output_item.done", "output_index": n, "item": item})
    found.append({"type": f"response.{last}", "response": response(*output, status=last, **more)})
    return [{**e, "sequence_number": n} for n, e in enumerate(found)]


def stream(*output: dict[str, Any], **more: Any) -> str:
    """Return them as they are sent."""
    return events(*sequence(*output, **more), named=True)
