"""How a scripted model edits through codex: a patch, which codex takes out of a command of its shell tool."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cab_core import Job, Reply
from cab_core.plugins.toolkit import calls_made


class Patch:
    """A patch adds whole files, in place of those that are there; it makes directories."""

    def edit(self, files: Mapping[str, str], request: Mapping[str, Any], job: Job) -> Reply | None:
        """Write the first file that was not written in this conversation; a call without tools is aside."""
        done = calls_made(request)
        for path, text in sorted(files.items()):
            call = ("exec_command", {"cmd": _patch(f"{job.workdir}/{path}", text)})
            if request.get("tools") and call not in done:
                return Reply(tool=call)
        return None

    def cannot(self, files: Mapping[str, str], request: Mapping[str, Any], job: Job) -> dict[str, str]:
        """Return the files whose bytes a patch, made of lines, does not hold."""
        return {path: "a patch holds whole lines" for path, text in files.items() if not _is_lines(text)}


def _is_lines(text: str) -> bool:
    return text.endswith("\n") and not set(text) & {"\r", "\0"}


def _patch(path: str, text: str) -> str:
    lines = "".join(f"+{line}\n" for line in text.split("\n")[:-1])
    return f"apply_patch <<'END'\n*** Begin Patch\n*** Add File: {path}\n{lines}*** End Patch\nEND"
