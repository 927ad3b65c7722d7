"""The literals of a test's text, in whatever language, each with another in its place."""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs

# Lines that say what is loaded or how it is run, and comments: another literal there tests nothing else.
_ASIDE = re.compile(
    r"\s*(?:#|//|/?\*|@|import\b|from\b|use\b|package\b|mod\b|extern\b|export\b.*\bfrom\b)"
    r"|.*(?:\brequire\s*\(|\bimport\s*\(|\}\s*from\s|\b__\w+__\b|sys\.path|\bpathlib\b"
    r"|\bt\.(?:Error|Fatal|Log)f?\()"
)
_IMPORTS = re.compile(r"(?ms)^import\s*\(.*?^\)")  # Go's
# What a test is called.
_NAMED = re.compile(r"""\s*(?:x|f)?(?:test|it|describe|context)\b[.\w]*\s*\(\s*(['"`]).*?\1""")
_LITERAL = re.compile(
    r"""(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
    r"|(?P<truth>\b(?:true|false|True|False)\b|(?<=[a-z_])(?:True|False|TRUE|FALSE|Truthy|Falsy)\b)"
    r"|(?P<number>(?<![\w.])(?<!e-)\d+(?:\.\d+)?\b)"
)
_PAIRS = (("true", "false"), ("True", "False"), ("TRUE", "FALSE"), ("Truthy", "Falsy"))
_OPPOSITE = {**dict(_PAIRS), **{b: a for a, b in _PAIRS}}
_ASSERTS = re.compile(
    r"(?i:assert|expect|should|equal|verify|\bmust)|\bto[A-Z]\w*\(|\b(?:REQUIRE|CHECK)\w*\(|[=!]="
)
_CHANGEABLE = re.compile(r"(?<![\\%{$&])[A-Za-z0-9]")


@attrs.frozen
class Literal:
    """Where a literal stands in a text, and what else may stand there.

    `asserted`: its line asserts something.
    """

    start: int
    end: int
    other: str
    asserted: bool


def code_lines(text: str) -> list[str]:
    """Return the lines that neither load something nor are a comment."""
    return [line for line in text.splitlines() if not _ASIDE.match(line)]


def literals(text: str, first: int = 0, last: int | None = None) -> Iterator[Literal]:
    """Yield the literals between two places of a text whose change changes what is tested."""
    begin, loaded = first, [m.span() for m in _IMPORTS.finditer(text)]
    for line in text[first:last].splitlines(keepends=True):
        if not (_ASIDE.match(line) or any(start <= begin < end for start, end in loaded)):
            named, asserted = _NAMED.match(line), bool(_ASSERTS.search(line))
            for found in _LITERAL.finditer(line, named.end() if named else 0):
                if (other := _other(found)) is not None:
                    yield Literal(begin + found.start(), begin + found.end(), other, asserted)
        begin += len(line)


def changed(text: str, chosen: list[Literal]) -> str:
    """Return a text with other literals in these places."""
    for literal in sorted(chosen, key=lambda c: -c.start):
        text = text[: literal.start] + literal.other + text[literal.end :]
    return text


def _other(found: re.Match[str]) -> str | None:
    said = found[0]
    if found["truth"]:
        return _OPPOSITE[said]
    if found["number"]:
        whole, point, rest = said.partition(".")  # what is about equal may be equal enough
        return whole[:-1] + _next(whole[-1]) + point + rest
    at = _CHANGEABLE.search(said, 1, len(said) - 1)
    return said[: at.start()] + _next(at[0]) + said[at.end() :] if at else None


def _next(char: str) -> str:
    """Return the letter or digit after this one, which is of the same kind."""
    return {"9": "0", "z": "a", "Z": "A"}.get(char) or chr(ord(char) + 1)
