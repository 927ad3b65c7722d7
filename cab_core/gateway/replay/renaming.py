"""Ids of a record that are others now, found in an answer as a secret is: whole, or in pieces of a stream."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cab_core.redaction import Redactor, Span


class Renaming(Redactor):
    """Knows words, each with what stands in its place."""

    def __init__(self, names: Mapping[bytes, bytes]) -> None:
        super().__init__()
        self._names = names
        longest_first = sorted(names, key=len, reverse=True)
        self._words = re.compile(b"|".join(map(re.escape, longest_first))) if names else None

    def spans(self, data: bytes, more: bool = False, roots: bool = False) -> list[Span]:
        """Return where they stand, in order."""
        found = self._words.finditer(data) if self._words else ()
        return [(*m.span(), self._names[m.group()]) for m in found]
