"""Files by way of a shell tool: any bytes, and modes. A CLI's tool is known by its schema.

Content goes as base64: line ends, bytes that are no text and a terminal in between harm nothing.
"""

from __future__ import annotations

import base64
import posixpath
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Call = tuple[str, dict[str, Any]]

_COMMAND = ("command", "cmd", "script", "commands")
_SEVERAL = "commands"  # a list of commands, where the others are a list of one's words
_USABLE = ("string", "array")  # types of a property that a command, a path or a content can have
_BY_TYPE: dict[str, Any] = {"boolean": False, "integer": 0, "number": 0, "array": [], "object": {}}
_PIECE = 48_000  # bytes of a file in one command: an argument holds 128 KiB


def tools_of(request: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the function tools that a request offers."""
    return [t["function"] for t in request.get("tools") or () if isinstance(t.get("function"), dict)]


def shell_call(request: Mapping[str, Any], command: str) -> Call | None:
    """Return the call that runs a command, or None where no tool takes one."""
    for tool in tools_of(request):
        if key := property_of(tool, _COMMAND):
            as_list = _type(_properties(tool)[key]) == "array"
            listed = [command] if key == _SEVERAL else ["bash", "-c", command]
            return tool["name"], {**required_of(tool), key: listed if as_list else command}
    return None


def writes(path: str, data: bytes) -> Iterator[str]:
    """Yield the commands that give a file this content, in directories that need not be there."""
    target = shlex.quote(path)
    for start in range(0, max(len(data), 1), _PIECE):
        piece = base64.b64encode(data[start : start + _PIECE]).decode()
        before = f"mkdir -p -- {shlex.quote(posixpath.dirname(path))} && " if not start else ""
        # Named by its place: a piece like the one before is another command all the same.
        yield f"{before}printf %s '{piece}' | base64 -d {'>>' if start else '>'} {target} # from {start}"


def modes(executable: Mapping[str, bool]) -> Iterator[str]:
    """Yield the commands that make files executable, or not."""
    for mode, wanted in (("755", True), ("644", False)):
        if paths := [path for path, is_so in sorted(executable.items()) if is_so is wanted]:
            yield f"chmod {mode} -- {shlex.join(paths)}"


def removals(paths: Sequence[str]) -> Iterator[str]:
    """Yield the command that removes files, where there are any."""
    if paths:
        yield f"rm -f -- {shlex.join(paths)}"


def property_of(tool: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    """Return the first of the names that is a text or a list in a tool's parameters."""
    known = _properties(tool)
    return next((n for n in names if isinstance(known.get(n), dict) and _type(known[n]) in _USABLE), None)


def required_of(tool: Mapping[str, Any]) -> dict[str, Any]:
    """Return something for every property that must be there."""
    known = _properties(tool)
    wanted = (tool.get("parameters") or {}).get("required") or ()
    return {name: _something(known[name]) for name in wanted if isinstance(known.get(name), dict)}


def _properties(tool: Mapping[str, Any]) -> dict[str, Any]:
    return (tool.get("parameters") or {}).get("properties") or {}


def _type(schema: Mapping[str, Any]) -> str:
    return str(schema.get("type", "string"))


def _something(schema: Mapping[str, Any]) -> Any:
    if schema.get("enum"):
        return schema["enum"][0]
    return _BY_TYPE.get(_type(schema), "Edit a file")
