"""Dialects that several CLIs have in common: how a scripted model makes them write whole files."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Mapping
from typing import Any

import attrs

from cab_core.records import Job

from .protocols import Reply
from .toolkit import calls_made

Call = tuple[str, dict[str, Any]]


@attrs.frozen(kw_only=True)
class WriteFiles:
    """One call of a tool writes one file whole, by its absolute path, and makes its directory.

    `path` and `text` are what the tool calls its two arguments. Where it writes no file that is there and
    was not read, `space` is what runs a shell command first: `(tool, argument's name)`. `more` and
    `space_more` are further arguments of the two.
    """

    tool: str
    path: str
    text: str
    more: Mapping[str, Any] = attrs.field(factory=dict)
    space: tuple[str, str] | None = None
    space_more: Mapping[str, Any] = attrs.field(factory=dict)

    def edit(self, files: Mapping[str, str], request: Mapping[str, Any], job: Job) -> Reply | None:
        """Make the first call that was not made in this conversation; a call without tools is aside."""
        done = calls_made(request)
        wanted = self._calls({f"{job.workdir}/{path}": text for path, text in sorted(files.items())})
        todo = [call for call in wanted if call not in done] if files and request.get("tools") else []
        return Reply(tool=todo[0]) if todo else None

    def _calls(self, files: Mapping[str, str]) -> list[Call]:
        made = [(self.tool, {self.path: path, self.text: text, **self.more}) for path, text in files.items()]
        if self.space is None:
            return made
        shell, argument = self.space
        directories = sorted({posixpath.dirname(path) for path in files})
        command = f"rm -f -- {shlex.join(files)} && mkdir -p -- {shlex.join(directories)}"
        return [(shell, {argument: command, **self.space_more}), *made]
