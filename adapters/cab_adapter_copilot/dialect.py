"""How a scripted model edits through copilot: its `create` tool, after `bash` has made space."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Mapping
from typing import Any

from cab_core import Job, Reply
from cab_core.plugins.toolkit import calls_made


class CreateTool:
    """`create` wants a file that is not there, in a directory that is; `edit` changes line ends."""

    def edit(self, files: Mapping[str, str], request: Mapping[str, Any], job: Job) -> Reply | None:
        """Make the first call that was not made in this conversation; a call without tools is aside."""
        done = calls_made(request)
        wanted = _calls({f"{job.workdir}/{path}": text for path, text in sorted(files.items())})
        todo = [call for call in wanted if call not in done] if files and request.get("tools") else []
        return Reply(tool=todo[0]) if todo else None


def _calls(files: Mapping[str, str]) -> list[tuple[str, dict[str, Any]]]:
    directories = sorted({posixpath.dirname(path) for path in files})
    space = f"rm -f -- {shlex.join(files)} && mkdir -p -- {shlex.join(directories)}"
    made = [("create", {"path": path, "file_text": text}) for path, text in files.items()]
    return [("bash", {"command": space, "description": "Make space"}), *made]
