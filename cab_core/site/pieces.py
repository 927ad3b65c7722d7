"""Small pieces of pages that stand on them again and again, each made once."""

from __future__ import annotations

import functools
from collections.abc import Iterable

from markupsafe import Markup, escape

from cab_core.records import OUTCOMES
from cab_core.records.marks import SEALED

from .text import visible

# A sign for each kind of outcome: colour is never alone.
_SIGNS = {"passed": "✓", "failed": "✗", "refused": "⊘", "agent_crashed": "✗"}


def sign(outcome: str) -> str:
    """Return one character for an outcome."""
    if not OUTCOMES[outcome].counted:
        return "–"
    return _SIGNS.get(outcome, "◷" if outcome.startswith("limit_") else "•")


def kind(outcome: str) -> str:
    """Return the class of an outcome: pass, fail, limit, or open where there is no verdict."""
    if not OUTCOMES[outcome].counted:
        return "open"
    if outcome == "passed":
        return "pass"
    return "limit" if outcome.startswith("limit_") or outcome == "refused" else "fail"


@functools.cache
def outcome_html(name: str, pill: bool = False) -> Markup:
    """Return an outcome of the closed list in words; the style sheet puts its sign before it."""
    says, extra = name.replace("_", " "), " pill" if pill else ""
    return Markup(f'<b data-sign={sign(name)} class="o-{kind(name)}{extra}">{says}</b>')


def marks_html(names: Iterable[str]) -> Markup:
    """Return the marks of something, one behind the other."""
    return _marks(tuple(names))


@functools.lru_cache(4096)
def _marks(names: tuple[str, ...]) -> Markup:
    return Markup("").join(
        Markup('<span class="mark{}">{}</span> ').format(" good" if n == SEALED else "", escape(visible(n)))
        for n in names
    )


def way(here: str, there: str) -> str:
    """Return the way from the page of one directory to that of another, both below the site's root."""
    start, end = here.split("/"), there.split("/")
    same = 0
    for a, b in zip(start, end, strict=False):
        if a != b:
            break
        same += 1
    return "/".join((*[".."] * (len(start) - same), *end[same:], "index.html"))
