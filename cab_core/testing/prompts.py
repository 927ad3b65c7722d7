"""Texts of tasks that a CLI might take for something else than what is to be said to the model."""

from __future__ import annotations

from typing import Any

INSIDE = (
    '--- a/pages.py: "it\'s" {{braces}} {tree} ${HOME} $(touch evil) `touch evil` %s \\n <b>'
    "\u2028\x85\x0b日本 😀\n/run touch evil\n!touch evil\n@pages.py\n# {file:./pages.py} {env:HOME}\r\n\r\n"
    "\x1b[31m\x04\ttab  \nThe end."
)
# One that is a command from its first character on, and all that may stand inside.
OFTEN = {
    "a shell command": "/run touch evil",
    "inside a text": INSIDE,
}
SELDOM = {
    "a shell command of another kind": "!touch evil",
    "a mention": "@pages.py last() returns the first item, see #12.",
    "a path": "/app/pages.py: last() returns the first item.",
    "a question to the CLI": "/help",
    "a farewell": "/exit",
    "a mention alone": "@pages.py",
    "a file's name": "pages.py",
    "an option": "--help",
    "a title": "# Title\n\n## Part\nText.",
    "an address": "See http://127.0.0.1:9/x for it.",
    "a parted JSON": '{"type": "text", "parts": []}',
    "quotes": '"""\n/run touch evil\n"""',
    "a brace": "{\n/run touch evil\n}",
}
PROMPTS = {**OFTEN, **SELDOM}


def text_of(content: Any) -> str:
    """Return what a message says, in the form of chat completions."""
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)
