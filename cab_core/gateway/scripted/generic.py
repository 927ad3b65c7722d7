"""How a scripted model edits through a CLI that nobody wrote a dialect for.

It looks at the tools that the CLI offers and knows them by their schema: one that takes a command, one
that takes a path and a content. Without either it gives whole files as text.
"""

from __future__ import annotations

import json
import posixpath
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from cab_core.plugins.protocols import Reply
from cab_core.records import Job

_COMMAND = ("command", "cmd", "script")
_PATH = ("path", "file_path", "filePath", "filepath", "filename", "file", "target_file")
_CONTENT = ("content", "contents", "file_text", "fileText", "text", "new_content", "code")
_USABLE = ("string", "array")  # types of a property that a command, a path or a content can have
_BY_TYPE: dict[str, Any] = {"boolean": False, "integer": 0, "number": 0, "array": [], "object": {}}

Call = tuple[str, dict[str, Any]]


class GenericDialect:
    """A shell tool, else a write tool, else text. A shell overwrites; some write tools do not."""

    def edit(self, files: Mapping[str, str], request: Mapping[str, Any], job: Job) -> Reply | None:
        """Make the first call that was not made in this conversation, or give the text once."""
        calls = list(_calls(files, request, job))
        if not calls:
            return _as_text(files, request)
        made = [c["function"] for m in request.get("messages", []) for c in m.get("tool_calls") or ()]
        done = [(call["name"], json.loads(call["arguments"])) for call in made]
        todo = [call for call in calls if call not in done]
        return Reply(tool=todo[0]) if todo else None


def _calls(files: Mapping[str, str], request: Mapping[str, Any], job: Job) -> Iterator[Call]:
    tools = [t["function"] for t in request.get("tools") or () if isinstance(t.get("function"), dict)]
    full = {f"{job.workdir}/{path}": text for path, text in sorted(files.items())}
    for tool in tools:
        if key := _property(tool, _COMMAND):
            for path, text in full.items():
                yield tool["name"], {**_rest(tool), key: _command(tool, key, path, text)}
            return
    for tool in tools:
        path_key, content_key = _property(tool, _PATH), _property(tool, _CONTENT)
        if path_key and content_key:
            for path, text in full.items():
                yield tool["name"], {**_rest(tool), path_key: path, content_key: text}
            return


def _properties(tool: Mapping[str, Any]) -> dict[str, Any]:
    return (tool.get("parameters") or {}).get("properties") or {}


def _property(tool: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    known = _properties(tool)
    return next((n for n in names if isinstance(known.get(n), dict) and _type(known[n]) in _USABLE), None)


def _type(schema: Mapping[str, Any]) -> str:
    return str(schema.get("type", "string"))


def _command(tool: Mapping[str, Any], key: str, path: str, text: str) -> str | list[str]:
    directory = shlex.quote(posixpath.dirname(path))
    line = f"mkdir -p {directory} && printf %s {shlex.quote(text)} > {shlex.quote(path)}"
    return ["bash", "-c", line] if _type(_properties(tool)[key]) == "array" else line


def _rest(tool: Mapping[str, Any]) -> dict[str, Any]:
    """Return something for every property that must be there."""
    known = _properties(tool)
    wanted = (tool.get("parameters") or {}).get("required") or ()
    return {name: _something(known[name]) for name in wanted if isinstance(known.get(name), dict)}


def _something(schema: Mapping[str, Any]) -> Any:
    if schema.get("enum"):
        return schema["enum"][0]
    return _BY_TYPE.get(_type(schema), "Edit a file")


def _as_text(files: Mapping[str, str], request: Mapping[str, Any]) -> Reply | None:
    text = "\n\n".join(f"{path}\n```\n{files[path].rstrip()}\n```" for path in sorted(files))
    said = [m.get("content") for m in request.get("messages", []) if m.get("role") == "assistant"]
    return None if not text or text in said else Reply(text=text)
