"""How a scripted model edits through aider: whole files as text."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from typing import Any

from cab_core import Job, Reply

from .chat import chat_files, chat_root

# What aider tells the model to put around a file: something that begins no line of the files in the chat.
_TOLD = re.compile(r"^path/to/\S+\n(\S+)\n", re.MULTILINE)


class WholeFile:
    """aider's `whole` format: the file's name on a line of its own, then a fenced block."""

    def edit(self, files: Mapping[str, str], request: Mapping[str, Any], job: Job) -> Reply | None:
        """Give all files in one reply; aider ends after it, or asks again for something else."""
        lost = _lost(files, request, job)
        usable = {path: text for path, text in files.items() if path not in lost}
        opened, closed = _fence(request)
        blocks = [f"{_name(p, job)}\n{opened}\n{_whole(t)}{closed}\n" for p, t in sorted(usable.items())]
        if last := _last(usable):
            blocks = [b for b in blocks if not b.startswith(f"{_name(last, job)}\n")]
            blocks.append(f"{_name(last, job)}\n{opened}\n{usable[last]}")
        reply = "Here is the change.\n\n" + "\n".join(blocks)
        said = [str(m.get("content")) for m in request.get("messages", []) if m.get("role") == "assistant"]
        return None if not blocks or reply in said else Reply(text=reply)

    def cannot(self, files: Mapping[str, str], request: Mapping[str, Any], job: Job) -> dict[str, str]:
        """Return the files that are lost, and those that get a line feed at their end, all but one."""
        lost = _lost(files, request, job)
        kept = {path: text for path, text in files.items() if path not in lost}
        more = {path: "aider ends its last line" for path in _unended(kept) if path != _last(kept)}
        return {**lost, **more}


def _fence(request: Mapping[str, Any]) -> tuple[str, str]:
    texts = [str(m.get("content")) for m in request.get("messages", [])]
    told = next((found for text in texts if (found := _TOLD.search(text))), None)
    opened = told[1] if told else "```"
    return opened, opened.replace("<", "</")


def _name(path: str, job: Job) -> str:
    return posixpath.relpath(path, chat_root(job) or ".")


def _lost(files: Mapping[str, str], request: Mapping[str, Any], job: Job) -> dict[str, str]:
    """Return the files that aider would write under another name, or in part, with why."""
    chat, fence = {_name(path, job) for path in chat_files(job)}, _fence(request)
    lost = {}
    for path, text in files.items():
        name = _name(path, job)
        if any(line.startswith(fence) for line in text.splitlines()):
            lost[path] = "aider takes a line of it for the end of the file"
        elif name.strip().strip("*").rstrip(":").strip("`").lstrip("#").strip() != name:
            lost[path] = "aider takes a part of its name for Markdown"
        elif name not in chat and posixpath.basename(name) in chat:
            lost[path] = "aider takes it for the file of that name in the chat"
    return lost


def _last(files: Mapping[str, str]) -> str | None:
    """Return the file that the reply ends with: in a block without an end, its last line needs none."""
    return next(iter(_unended(files)), None)


def _unended(files: Mapping[str, str]) -> list[str]:
    return [path for path, text in sorted(files.items()) if text and _whole(text) != text]


def _whole(text: str) -> str:
    """Return a text whose last line has an end; `splitlines` is what aider parts lines by."""
    ended = len((text + "x").splitlines()) > len(text.splitlines())
    return text if ended or not text else text + "\n"
