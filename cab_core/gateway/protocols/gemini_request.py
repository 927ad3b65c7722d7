"""A request of generateContent in the form of chat completions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..chat_form import call, dumped, function, message, objects


def messages(request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what was said, in order, with calls of tools and their results."""
    system = request.get("systemInstruction") or request.get("system_instruction")
    if isinstance(system, dict) and (texts := _texts(system)):
        yield message("system", texts)
    for said in objects(request, "contents"):
        parts = objects(said, "parts")
        for result in [p["functionResponse"] for p in parts if isinstance(p.get("functionResponse"), dict)]:
            told = message("tool", [dumped(result.get("response"))])
            yield {
                **told,
                **_whether_failed(result.get("response")),
                "tool_call_id": result.get("id"),
                "name": result.get("name"),
            }
        calls = [
            call(c.get("id"), c.get("name"), dumped(c.get("args") or {}))
            for c in (p.get("functionCall") for p in parts)
            if isinstance(c, dict)
        ]
        if (texts := _texts(said)) or calls:
            yield message("assistant" if said.get("role") == "model" else "user", texts, calls)


def _whether_failed(response: object) -> dict[str, bool]:
    """Return what a result says of itself: by the reference, `output` is one, and `error` an error."""
    said = [key for key in ("output", "error") if isinstance(response, dict) and key in response]
    return {"failed": said == ["error"]} if len(said) == 1 else {}


def _texts(content: Mapping[str, Any]) -> list[str]:
    parts = objects(content, "parts")
    return [p["text"] for p in parts if isinstance(p.get("text"), str) and not p.get("thought")]


def tools_offered(request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the tools that the model may call, as functions."""
    for tool in objects(request, "tools"):
        for one in objects(tool, "functionDeclarations") or objects(tool, "function_declarations"):
            schema = one.get("parametersJsonSchema") or _as_json_schema(one.get("parameters"))
            yield function(one.get("name"), one.get("description"), schema)


_DEEPEST = 100  # levels of a tool's schema


def _as_json_schema(schema: Any, levels: int = _DEEPEST) -> Any:
    """Return a schema with JSON Schema's names of types, which Google's own has in capitals."""
    if not levels:
        return {}
    if isinstance(schema, list):
        return [_as_json_schema(s, levels - 1) for s in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {k: _as_json_schema(v, levels - 1) for k, v in schema.items()}
    kind = schema.get("type")
    return {**inner, "type": kind.lower()} if isinstance(kind, str) and kind.isupper() else inner
