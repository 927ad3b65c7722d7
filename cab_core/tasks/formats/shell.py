"""The commands of a shell script, as far as they can be told without running it."""

from __future__ import annotations

import functools
import itertools
import re
import shlex
from collections.abc import Iterator

import attrs

_HEREDOC = re.compile(r"<<(-?)\s*(['\"]?)([A-Za-z_]\w*)\2")
_OPERATORS = frozenset(";&|()")
# What stands before a command and is none: keywords, settings, and programs that start another one.
_BEFORE = {
    "if",
    "then",
    "else",
    "elif",
    "do",
    "while",
    "until",
    "!",
    "{",
    "sudo",
    "env",
    "time",
    "exec",
    "-E",
}
_SETTING = re.compile(r"[A-Za-z_]\w*\+?=.*", re.S)


@attrs.frozen
class Command:
    """One command: the line on which it begins (from 1), its words, and where its output goes."""

    line: int
    words: tuple[str, ...]

    @property
    def program(self) -> str:
        """What is started, without its directory."""
        return self.words[0].rpartition("/")[2]


def logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield (number, text) of the lines, joined where one ends in a backslash, without comments and heredocs.

    A comment between two lines that are joined is left out, as in a Dockerfile.
    """
    lines = iter(enumerate(text.splitlines(), 1))
    for number, line in lines:
        parts = [line]
        while (last := parts[-1].rstrip()).endswith("\\"):
            parts[-1] = last[:-1]
            parts.append(next((n for _, n in lines if not n.lstrip().startswith("#")), ""))
        joined = " ".join(parts)
        if not joined.strip() or joined.lstrip().startswith("#"):
            continue
        yield number, joined
        for dash, _, word in _HEREDOC.findall(joined):
            for _, body in lines:
                if (body.lstrip("\t") if dash else body) == word:
                    break


def commands(text: str, first: int = 1) -> Iterator[Command]:
    """Yield the commands of a script whose first line has the number `first`."""
    for number, line in logical_lines(text):
        for words in _split(line):
            yield Command(number + first - 1, words)


@functools.lru_cache(4096)  # the scripts of a set are alike
def _split(line: str) -> tuple[tuple[str, ...], ...]:
    """Return the words of each command of a line."""
    named = (itertools.dropwhile(lambda w: w in _BEFORE or _SETTING.fullmatch(w), ws) for ws in _parts(line))
    return tuple(words for n in named if (words := tuple(n)))


def _parts(line: str) -> Iterator[list[str]]:
    try:
        lexer = shlex.shlex(line, posix=True, punctuation_chars=";&|()")
        lexer.whitespace_split = True
        tokens = list(lexer)
    except ValueError:  # a text of several lines: its words do not matter, its beginning does
        tokens = re.split(r"\s+|(?<=[;&|()])|(?=[;&|()])", line)
    words: list[str] = []
    for token in [*tokens, ";"]:
        if token and set(token) <= _OPERATORS:
            if words:
                yield words
            words = []
        elif token:
            words.append(token)
