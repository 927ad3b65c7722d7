"""Messages of lists of blocks that hold no word of the agent's own, as Claude Code and Qwen Code print them."""

from __future__ import annotations

import json


def _said(kind: str, text: str, **more: object) -> str:
    return json.dumps({"type": kind, **more, "message": {"content": [{"type": "text", "text": text}]}})


PROMPT = _said("user", "I cannot help.", parent_tool_use_id="a1")  # of an agent that it started
OTHERS = {
    "prompt": PROMPT,
    "agent": _said("assistant", "No.", parent_tool_use_id="a1"),
    "itself": _said("user", "Please go on.", isSynthetic=True),
}
