"""How a scripted model edits and ends through mini-swe-agent: its one tool, `bash`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cab_core import Job, Reply

_END = "echo COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT"


class Submit:
    """There is no edit but by the shell, and an answer without a command is an error."""

    def edit(self, files: Mapping[str, str], request: Mapping[str, Any], job: Job) -> Reply | None:
        """Nothing is written in a way of its own."""
        return None

    def cannot(self, files: Mapping[str, str], request: Mapping[str, Any], job: Job) -> dict[str, str]:
        """Leave every file to the shell."""
        return dict.fromkeys(files, "mini-swe-agent has no tool that writes files")

    def done(self, text: str, request: Mapping[str, Any], job: Job) -> Reply:
        """Say the last words beside the command that ends the work."""
        return Reply(text=text, tool=("bash", {"command": _END}))
