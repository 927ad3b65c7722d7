"""aider's chat history, a Markdown file, as a transcript."""

from __future__ import annotations

from typing import Literal

from cab_core.records import Step

Role = Literal["user", "assistant", "tool"]


def transcript(markdown: str) -> list[Step]:
    """Return the steps: `#### ` begins what the user said, `> ` what aider said, the rest is the model."""
    steps: list[tuple[Role, list[str]]] = []
    for line in markdown.splitlines():
        if line.startswith("# aider chat started at"):
            continue
        role, text = _read(line)
        if steps and steps[-1][0] == role:
            steps[-1][1].append(text)
        elif text.strip():
            steps.append((role, [text]))
    return [Step(role=role, text="\n".join(lines).strip()) for role, lines in steps]


def _read(line: str) -> tuple[Role, str]:
    if line.startswith("#### "):
        return "user", line[5:]
    if line.startswith(("> ", ">")):
        return "tool", line.removeprefix(">").strip()
    return "assistant", line
