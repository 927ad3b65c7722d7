"""Requests in the form of chat completions, in which the gateway looks at what any CLI tells its model."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any


def objects(request: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """Return the objects in a list of a request, nothing where there is no list."""
    value = request.get(name)
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []


def tool_name(tool: Mapping[str, Any]) -> str | None:
    """Return the name of a tool, or of the one that is called: a function, or one with a grammar."""
    for holder in (tool.get("function"), tool.get("custom"), tool):
        if isinstance(holder, dict) and isinstance(holder.get("name"), str) and holder["name"]:
            return str(holder["name"])
    return None


def texts_of(content: object) -> Iterator[str]:
    """Yield the texts of a message's content, which is a text or a list of parts."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, list):
        parts = (p.get("text") for p in content if isinstance(p, dict))
        yield from (text for text in parts if isinstance(text, str))


def shown(request: Mapping[str, Any]) -> Iterator[str]:
    """Yield what the model reads: the messages, and what the tools say of themselves."""
    for message in objects(request, "messages"):
        yield from texts_of(message.get("content"))
    for tool in objects(request, "tools"):
        function = tool.get("function")
        if isinstance(function, dict) and isinstance(function.get("description"), str):
            yield function["description"]


def dumped(value: object) -> str:
    """Return what an agent sent as JSON; nothing of what is nested too deep to be written."""
    try:
        return json.dumps(value)
    except RecursionError:
        return "{}"


def function(name: object, description: object, parameters: object) -> dict[str, Any]:
    """Return a tool that is offered."""
    said = {"name": name, "description": description, "parameters": parameters}
    return {"type": "function", "function": {k: v for k, v in said.items() if v is not None}}


def message(role: str, texts: list[str], calls: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """Return a message with texts and, where there are any, the calls of tools in it."""
    content = texts[0] if len(texts) == 1 else [{"type": "text", "text": text} for text in texts]
    return {"role": role, "content": content, **({"tool_calls": calls} if calls else {})}


def call(id_: object, name: object, arguments: str) -> dict[str, Any]:
    """Return a call of a tool in a message. `arguments` is JSON."""
    return {"id": id_, "type": "function", "function": {"name": name, "arguments": arguments}}
