"""Looking for the texts that were given to a CLI in what it shows the model."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

import attrs

from cab_core.records.observed import TextSeen

from .chat_form import shown

_SEARCHED = 4 << 20  # characters of one request in which texts are looked for
_SEEN = 100_000  # texts of requests that are known to have been searched
_WORD = re.compile(r"[A-Za-z0-9]{4,}")
_PASSAGES, _PASSAGE, _SHORTEST = 8, 200, 8  # of a given text: how many are looked for, their characters


def plain(text: str) -> str:
    """Return a text without what differs between a file and a prompt made of it: blanks and escapes."""
    for escape in ("\\n", "\\t", "\\r"):
        text = text.replace(escape, " ")
    return " ".join(html.unescape(text).replace("\\", "").split())


def passages(text: str) -> list[str]:
    """Return what of a text is looked for: all of a short one, else passages from start to end."""
    whole = plain(text)
    if len(whole) < _SHORTEST:
        return []
    count = min(_PASSAGES, -(-len(whole) // _PASSAGE))
    last = max(0, len(whole) - _PASSAGE)
    starts = {i * last // max(1, count - 1) for i in range(count)}
    return [whole[start : start + _PASSAGE] for start in sorted(starts)]


def _probe(passage: str, text: str) -> str:
    """Return a word of a passage that no way of writing it changes: it is looked for first, being cheap."""
    words = [w for w in _WORD.findall(passage) if w in text and f"\\{w}" not in text]
    return max(words, key=len, default="")


@attrs.define
class _Wanted:
    """A given text: which of its passages have not been seen yet, each with its probe."""

    missing: list[tuple[str, str]]
    wanted: int
    size: int
    first: int | None = None

    @classmethod
    def of(cls, text: str) -> _Wanted:
        missing = [(passage, _probe(passage, text)) for passage in passages(text)]
        return cls(missing=missing, wanted=len(missing), size=len(text))

    def may_be_in(self, text: str) -> bool:
        return any(probe in text for _, probe in self.missing)

    def search(self, n: int, text: str) -> None:
        missing = [m for m in self.missing if m[0] not in text]
        if len(missing) < len(self.missing):
            self.missing, self.first = missing, self.first or n


class GivenTexts:
    """Texts by stack item and part, and how much of each the model has been shown."""

    def __init__(self, texts: Mapping[tuple[str, str], str]) -> None:
        self._wanted = {name: _Wanted.of(text) for name, text in texts.items()}
        self._searched: set[int] = set()
        self.cut = False

    def search(self, n: int, request: Mapping[str, Any]) -> None:
        """Look at the request of call `n`. Each text once: a conversation is sent again with every call."""
        if not any(w.missing for w in self._wanted.values()):
            return
        left = _SEARCHED
        for text in shown(request):
            if hash(text) in self._searched:
                continue
            if len(text) > left or len(self._searched) >= _SEEN:
                self.cut = True
                return
            left -= len(text)
            self._searched.add(hash(text))
            if likely := [w for w in self._wanted.values() if w.may_be_in(text)]:
                read = plain(text)
                for wanted in likely:
                    wanted.search(n, read)

    def found(self) -> tuple[TextSeen, ...]:
        """Return what was found of each."""
        return tuple(
            TextSeen(
                item=item,
                part=part,
                wanted=w.wanted,
                found=w.wanted - len(w.missing),
                first=w.first,
                size=w.size,
            )
            for (item, part), w in self._wanted.items()
        )
