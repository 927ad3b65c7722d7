"""Lines that fit a terminal: broken between words and phrases, so that a name stays whole."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import IO, Any

GAP = "  "  # between two phrases, and between two columns of a table


def terminal_width(stream: IO[Any]) -> int | None:
    """Return the columns of the terminal behind a stream; None for a pipe or a file, which have no width."""
    if not stream.isatty():
        return None
    if not os.environ.get("COLUMNS"):
        with suppress(OSError):
            if found := os.get_terminal_size(stream.fileno()).columns:
                return found
    return shutil.get_terminal_size().columns


def columns(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def fold(text: str, width: int) -> list[str]:
    """Return a text of one line as lines of at most `width` columns (2 or more), broken between words.

    A word that is wider than a line is broken behind a `/` or a `-`, and elsewhere only where there is none.
    """
    if columns(text) <= width:
        return [text]
    lines, line = [], ""
    for word in text.split(" "):
        grown = f"{line} {word}" if line else word
        if columns(grown) > width:
            lines += [line.rstrip(" ")] * bool(line)
            *whole, grown = _cut(word, width)
            lines += whole
        line = grown
    return [*lines, line]


def filled(phrases: Iterable[str], width: int | None, first: int = 0, rest: int = 4) -> Iterator[str]:
    """Yield phrases as lines, two blanks between them; one that fits a line is in one line.

    The first line is indented by `first` columns, the others by `rest`, neither by more than half of `width`,
    which is 4 or more. Without a width it is one line.
    """
    if width is None:
        yield " " * first + GAP.join(phrases)
        return
    first, rest = (min(n, width // 2) for n in (first, rest))
    room, indent, line = width - max(first, rest), " " * first, ""
    for phrase in phrases:
        grown = f"{line}{GAP}{phrase}" if line else phrase
        if columns(indent + grown) > width:
            parts = [*([line] if line else []), *fold(phrase, room)]
            for part in parts[:-1]:
                yield indent + part
                indent = " " * rest
            grown = parts[-1]
        line = grown
    yield indent + line


def _cut(word: str, width: int) -> Iterator[str]:
    """Yield the parts of a word, each of at most `width` columns."""
    line = ""
    for piece in re.findall(r"[^/-]*[/-]|[^/-]+", word):
        for part in [piece] if columns(piece) <= width else piece:
            if line and columns(line + part) > width:
                yield line
                line = ""
            line += part
    yield line
