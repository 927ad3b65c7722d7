"""The prompt as the event that Claude Code reads, so that nothing in it is taken for a command."""

from __future__ import annotations

import json


def said(prompt: str) -> str:
    """Return the event of a user who says the prompt."""
    content = [{"type": "text", "text": text} for text in _blocks(prompt)]
    return json.dumps({"type": "user", "message": {"role": "user", "content": content}}) + "\n"


def _blocks(prompt: str) -> list[str]:
    """Return the prompt, in two pieces where Claude may see a `/command` or an `@file` in it.

    It looks for them in the last block alone: that is then as much of the last word as can be neither.
    """
    if "@" not in prompt and not prompt.lstrip().startswith("/"):
        return [prompt]
    end = prompt.rstrip()
    last = end.split()[-1].rpartition("@")[2].lstrip("/")
    cut = len(end) - len(last)
    return [prompt[:cut], prompt[cut:]] if last and cut else [prompt]
