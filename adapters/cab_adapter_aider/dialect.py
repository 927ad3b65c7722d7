"""How a scripted model edits through aider: whole files as text."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from typing import Any

from cab_core import Job, Reply


class WholeFile:
    """aider's `whole` format: the file's name on a line of its own, then a fenced block."""

    def __init__(self, root: Callable[[Job], str]) -> None:
        self._root = root

    def edit(self, files: Mapping[str, str], request: Mapping[str, Any], job: Job) -> Reply | None:
        """Give all files in one reply; aider ends after it, or asks again for something else."""
        reply = "\n\n".join(
            _block(posixpath.relpath(p, self._root(job) or "."), t) for p, t in sorted(files.items())
        )
        said = [str(m.get("content")) for m in request.get("messages", []) if m.get("role") == "assistant"]
        return None if not files or reply in said else Reply(text=f"Here is the change.\n\n{reply}\n")


def _block(name: str, text: str) -> str:
    fence = "```" if "```" not in text else "````"
    return f"{name}\n{fence}\n{text if text.endswith(chr(10)) else text + chr(10)}{fence}"
