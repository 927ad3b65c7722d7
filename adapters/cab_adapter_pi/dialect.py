"""How a scripted model edits through pi: its `write` tool."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cab_core import Job, Reply
from cab_core.plugins.toolkit import calls_made


class WriteTool:
    """`write` takes an absolute path and the whole text; it makes directories and overwrites."""

    def edit(self, files: Mapping[str, str], request: Mapping[str, Any], job: Job) -> Reply | None:
        """Write the first file that was not written in this conversation; a call without tools is aside."""
        done = calls_made(request)
        for path, text in sorted(files.items()):
            arguments = {"path": f"{job.workdir}/{path}", "content": text}
            if request.get("tools") and ("write", arguments) not in done:
                return Reply(tool=("write", arguments))
        return None
