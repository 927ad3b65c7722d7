"""How a scripted model edits through Claude Code: its `Write` tool, after `Bash` has made space."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from typing import Any

from cab_core import Job, Reply
from cab_core.plugins.toolkit import calls_made


class WriteTool:
    """`Write` wants a file that is not there, or that was read before; it makes directories."""

    def edit(self, files: Mapping[str, str], request: Mapping[str, Any], job: Job) -> Reply | None:
        """Make the first call that was not made in this conversation; a call without tools is aside."""
        done = calls_made(request)
        wanted = _calls({f"{job.workdir}/{path}": text for path, text in sorted(files.items())})
        todo = [call for call in wanted if call not in done] if files and request.get("tools") else []
        return Reply(tool=todo[0]) if todo else None

    def cannot(self, files: Mapping[str, str], request: Mapping[str, Any], job: Job) -> dict[str, str]:
        """Return the files that have white space at the end of a line, which `Write` takes off."""
        return {path: "Write takes white space off its lines" for path, text in files.items() if _loses(text)}


def _loses(text: str) -> bool:
    return any(line != line.rstrip() or line.endswith("\ufeff") for line in re.split("\r\n|\n|\r", text))


def _calls(files: Mapping[str, str]) -> list[tuple[str, dict[str, Any]]]:
    made = [("Write", {"file_path": path, "content": text}) for path, text in files.items()]
    return [("Bash", {"command": f"rm -f -- {shlex.join(files)}"}), *made]
