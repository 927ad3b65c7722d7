"""Patterns that are compiled when they are first searched for: most runs meet no error, and start sooner."""

from __future__ import annotations

import functools
import re

import attrs

I = re.I  # noqa: E741  (as `re` has it)


@attrs.frozen
class Lazy:
    """A pattern."""

    pattern: str
    flags: int

    def search(self, text: str) -> re.Match[str] | None:
        """Search a text."""
        return _compiled(self.pattern, self.flags).search(text)


def compile(pattern: str, flags: int = 0) -> Lazy:
    """Return a pattern, as `re.compile` does."""
    return Lazy(pattern, flags)


@functools.cache
def _compiled(pattern: str, flags: int) -> re.Pattern[str]:
    return re.compile(pattern, flags)
