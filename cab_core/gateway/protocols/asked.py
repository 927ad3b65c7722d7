"""What protocols whose request names its model and `stream` have in common when they read one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cab_core.plugins.strict_json import read_strictly, switches_are_plain
from cab_core.plugins.wire_protocol import Asked

from ..run_elsewhere import READ

_READ = {"model": (), "stream": (), **dict.fromkeys(READ, ())}


def asked_in(body: bytes, is_sound: Callable[[dict[str, Any]], bool]) -> Asked:
    """Read a request once. What others could read in another way names no model."""
    request = read_strictly(body, _READ)
    return asked_of(request if switches_are_plain(request.get("stream")) else {}, is_sound)


def asked_of(
    request: dict[str, Any], is_sound: Callable[[dict[str, Any]], bool], extended: bytes | None = None
) -> Asked:
    """Return what a request that was read asks for."""
    model = request.get("model")
    return Asked(
        model=model if isinstance(model, str) else None,
        stream=request.get("stream") is True,
        extended=extended,
        sound=is_sound(request),
        request=request,
    )


def has_messages(request: dict[str, Any]) -> bool:
    """Return whether a request is a conversation in `messages`, each with a role."""
    messages = request.get("messages")
    if not isinstance(messages, list) or not messages:
        return False
    return tools_are_objects(request) and all(
        isinstance(m, dict) and isinstance(m.get("role"), str) for m in messages
    )


def tools_are_objects(request: dict[str, Any]) -> bool:
    """Return whether the tools of a request are a list of objects, or none."""
    tools = request.get("tools")
    return tools is None or (isinstance(tools, list) and all(isinstance(t, dict) for t in tools))
