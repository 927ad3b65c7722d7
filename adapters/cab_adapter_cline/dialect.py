"""How a scripted model edits through Cline: its `editor` tool, after the shell has made space."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from cab_core import Job
from cab_core.plugins.dialects import WriteFiles

_LONGEST = 6000  # UTF-16 units of a text


@attrs.frozen(kw_only=True)
class Editor(WriteFiles):
    """`editor` without an old text wants a file that is not there."""

    tool: str = "editor"
    path: str = "path"
    text: str = "new_text"
    space: tuple[str, str] = ("run_commands", "commands")

    def cannot(self, files: Mapping[str, str], request: Mapping[str, Any], job: Job) -> dict[str, str]:
        """Return the files that are too long for one call."""
        return {
            path: "editor takes 6000 characters" for path, text in files.items() if _units(text) > _LONGEST
        }


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
