"""aider's chat history, a Markdown file, as a transcript."""

from __future__ import annotations

import re
from typing import Literal

from cab_core.records import Step

Role = Literal["user", "assistant", "info", "reasoning"]

_THINKING = re.compile(r"<(/?)thinking-content-[0-9a-f]{32}>")


def transcript(markdown: str) -> list[Step]:
    """Return the steps: `#### ` begins what the user said, `> ` what aider said, the rest is the model."""
    steps: list[tuple[Role, list[str]]] = []
    spoken: Role = "assistant"
    for line in markdown.splitlines():
        if line.startswith("# aider chat started at"):
            continue
        if tag := _THINKING.fullmatch(line.strip()):
            spoken = "assistant" if tag[1] else "reasoning"
            continue
        role, text = _read(line, spoken)
        spoken = "assistant" if role == "user" else spoken  # a thought that was broken off is over
        if steps and steps[-1][0] == role:
            steps[-1][1].append(text)
        elif text.strip():
            steps.append((role, [text]))
    return [Step(role=role, text="\n".join(lines).strip()) for role, lines in steps]


def _read(line: str, spoken: Role) -> tuple[Role, str]:
    if line.startswith("#### "):
        return "user", line[5:]
    if line.startswith(("> ", ">")):
        return "info", line.removeprefix(">").strip()
    return spoken, line
