"""How a scripted model edits through a CLI that nobody wrote a dialect for.

It looks at the tools that the CLI offers and knows them by their schema: one that takes a command, one
that takes a path and a content. Without either it gives whole files as text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cab_core.plugins.protocols import Reply
from cab_core.plugins.toolkit import calls_made
from cab_core.records import Job

from .shell import Call, property_of, required_of, shell_call, tools_of, writes

_PATH = ("path", "file_path", "filePath", "filepath", "filename", "file", "target_file")
_CONTENT = ("content", "contents", "file_text", "fileText", "text", "new_content", "code")


class GenericDialect:
    """A shell tool, else a write tool, else text. A shell overwrites; some write tools do not."""

    def edit(self, files: Mapping[str, str], request: Mapping[str, Any], job: Job) -> Reply | None:
        """Make the first call that was not made in this conversation, or give the text once."""
        full = {f"{job.workdir}/{path}": text for path, text in sorted(files.items())}
        calls = list(_by_shell(full, request)) or list(_by_write(full, request))
        if not calls:
            return _as_text(files, request)
        done = calls_made(request)
        todo = [call for call in calls if call not in done]
        return Reply(tool=todo[0]) if todo else None


def _by_shell(files: Mapping[str, str], request: Mapping[str, Any]) -> Iterator[Call]:
    for path, text in files.items():
        for command in writes(path, text.encode()):
            if call := shell_call(request, command):
                yield call


def _by_write(files: Mapping[str, str], request: Mapping[str, Any]) -> Iterator[Call]:
    for tool in tools_of(request):
        path_key, content_key = property_of(tool, _PATH), property_of(tool, _CONTENT)
        if path_key and content_key:
            for path, text in files.items():
                yield tool["name"], {**required_of(tool), path_key: path, content_key: text}
            return


def _as_text(files: Mapping[str, str], request: Mapping[str, Any]) -> Reply | None:
    text = "\n\n".join(f"{path}\n```\n{files[path].rstrip()}\n```" for path in sorted(files))
    said = [m.get("content") for m in request.get("messages", []) if m.get("role") == "assistant"]
    return None if not text or text in said else Reply(text=text)
