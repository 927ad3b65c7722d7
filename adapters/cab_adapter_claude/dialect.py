"""How a scripted model edits through Claude Code: its `Write` tool, after `Bash` has made space."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import attrs

from cab_core import Job
from cab_core.plugins.dialects import WriteFiles


@attrs.frozen(kw_only=True)
class WriteTool(WriteFiles):
    """`Write` wants a file that is not there, or that was read before."""

    tool: str = "Write"
    path: str = "file_path"
    text: str = "content"
    space: tuple[str, str] = ("Bash", "command")

    def cannot(self, files: Mapping[str, str], request: Mapping[str, Any], job: Job) -> dict[str, str]:
        """Return the files of which `Write` makes others: it trims lines, and makes a letter of `\\u00e9`."""
        return {path: why for path, text in files.items() if (why := _spoilt(text)) is not None}


_ESCAPE = re.compile(r"(?<!\\)(\\\\)*\\u[0-9a-fA-F]{4}")


def _spoilt(text: str) -> str | None:
    if any(line != line.rstrip() or line.endswith("\ufeff") for line in re.split("\r\n|\n|\r", text)):
        return "Write takes white space off its lines"
    return "Write resolves escapes in it" if _ESCAPE.search(text) else None
