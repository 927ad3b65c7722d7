"""A request of responses in the form of chat completions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..chat_form import call, dumped, function, message, objects, texts_of
from .responses_items import CALLS, name_of, offered


def messages(request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what was said, in order, with calls of tools and their results."""
    if isinstance(text := request.get("instructions"), str) and text:
        yield message("system", [text])
    if isinstance(asked := request.get("input"), str):
        yield message("user", [asked])
    for item in objects(request, "input"):
        kind = item.get("type", "message")
        if isinstance(kind, str) and kind in CALLS:
            said = item.get(CALLS[kind])
            arguments = said if kind == "function_call" else dumped({"input": said})
            yield message(
                "assistant",
                [],
                [call(item.get("call_id"), name_of(item, item.get("namespace")), str(arguments))],
            )
        elif kind in ("function_call_output", "custom_tool_call_output"):
            texts = list(texts_of(item.get("output")))
            yield {**message("tool", texts), "tool_call_id": item.get("call_id")}
        elif kind == "item_reference":
            yield {"role": "assistant", "content": [{"type": kind}], "refers": item.get("id")}
        elif kind == "message" and isinstance(item.get("role"), str):
            yield message(item["role"], list(texts_of(item.get("content"))))


def tools_offered(request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the tools that the model may call, as functions."""
    for tool, space in offered(request):
        yield function(name_of(tool, space), tool.get("description"), tool.get("parameters"))
    for tool in objects(request, "tools"):
        if not tool.get("name"):  # one of OpenAI's own, such as local_shell
            yield function(tool.get("type"), None, None)
