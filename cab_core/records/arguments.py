"""What execve(2) takes of a program's words: known before anything is started."""

from __future__ import annotations

import os

MAX_WORD = (128 << 10) - 1  # bytes; Linux' MAX_ARG_STRLEN, without the NUL at a word's end


def word_fault(word: object) -> str | None:
    """Return why a word can be no argument and no `NAME=value` of an environment, or None where it can."""
    if not isinstance(word, str):
        return f"is no text but {type(word).__name__}"
    if "\0" in word:
        return f"holds a NUL, at character {word.index(chr(0))}"
    try:
        size = len(os.fsencode(word))
    except UnicodeEncodeError as exc:
        return f"is no text that can be encoded, at character {exc.start}"
    if size > MAX_WORD:
        return f"is {size:,} bytes long; Linux takes {MAX_WORD:,}"
    return None
