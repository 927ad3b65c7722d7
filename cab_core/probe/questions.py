"""What the model is asked: little, and nothing that a cache could know."""

from __future__ import annotations

import secrets
from typing import Any

_TOOL = "list_files"
_NUMBERS = 120  # of a long question: some hundred tokens, a few seconds where a small machine reads them


def short(stream: bool, tokens: int = 48) -> dict[str, Any]:
    """Return a question whose answer is some dozen tokens."""
    text = f"(Note {_nonce()}.) Say in five sentences what a compiler does."
    return _body(text, tokens, stream)


def long() -> dict[str, Any]:
    """Return a question that takes longer to read than to answer."""
    numbers = " ".join(str(secrets.randbelow(900) + 100) for _ in range(_NUMBERS))
    return _body(f"Of these numbers say the last one, and nothing else: {numbers}", 4, stream=True)


def with_tool() -> dict[str, Any]:
    """Return a question that wants a tool."""
    text = f"(Note {_nonce()}.) Call the tool {_TOOL} to find out which files are in the directory 'src'."
    parameters = {
        "type": "object",
        "properties": {"directory": {"type": "string", "description": "the directory"}},
        "required": ["directory"],
    }
    tool = {"name": _TOOL, "description": "Lists the files of a directory.", "parameters": parameters}
    return {**_body(text, 400, stream=True), "tools": [{"type": "function", "function": tool}]}


def names_the_tool(text: str) -> bool:
    """Return whether a text is a call of the tool that nobody made one of."""
    return _TOOL in text and "{" in text


def _body(text: str, tokens: int, stream: bool) -> dict[str, Any]:
    made: dict[str, Any] = {"messages": [{"role": "user", "content": text}], "max_tokens": tokens}
    return {**made, "stream": True} if stream else made


def _nonce() -> str:
    return secrets.token_hex(4)
