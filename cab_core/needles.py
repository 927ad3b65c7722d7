"""What is searched for: secrets, of which pieces count as well, and whole paths."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

import attrs

from .canonical import canonical

SHORTEST = 12  # characters; what is shorter is no secret, nor a piece of one
_VARIETY = 8  # different characters that a secret has at least
_WORD = re.compile(r"(?:[A-Z]?[a-z]+|[A-Z]+)?\d{0,3}")
_LONGEST_WORD = 15
_PIECE = 16  # characters by which a secret is known, words or not: no kind of key begins with as many
_GOES_ON = re.compile(rb"[A-Za-z0-9_-]|\.[A-Za-z0-9_]")
_GOES_BEFORE = re.compile(rb"[A-Za-z0-9_.~$-]")
_PLAIN, _BASE64, _HEX = 8, 6, 4  # bits that a character of a spelling stands for


def is_secret(text: str) -> bool:
    """Return whether a key is one that must be kept: long, varied, and made of more than words.

    People give local servers a placeholder (x, none, EMPTY, lm-studio, sk-no-key-required): searched for,
    it would be found in what has nothing to do with it.
    """
    if len(text) < SHORTEST or len(set(text)) < _VARIETY:
        return False
    if sum(c.isdigit() for c in text) >= 4 and any(c.isalpha() for c in text):
        return True
    odd = [p for p in re.split(r"[^A-Za-z0-9]+", text) if len(p) > _LONGEST_WORD or not _WORD.fullmatch(p)]
    return sum(map(len, odd)) >= 4


def as_text(data: bytes) -> str:
    """Return bytes as a text of as many characters: Python searches that in a fourth of the time."""
    return data.decode("latin-1")


@attrs.frozen
class Needle:
    """One text to search for, in the canonical form."""

    text: bytes
    mark: bytes

    def form(self, plain: bytes) -> bytes:
        """Return a canonical text as this one is searched in it."""
        return plain


@attrs.frozen
class PathNeedle(Needle):
    """A path. `whole`: what goes on as a name is another one. `first`: nothing stands before it as a name."""

    blanks: int
    whole: bool = True
    first: bool = False
    plain: str = attrs.field(init=False, default=attrs.Factory(lambda n: as_text(n.text), takes_self=True))

    @classmethod
    def of(cls, path: str, mark: str, whole: bool = True, first: bool = False) -> PathNeedle:
        """Return what finds a path."""
        data = path.encode("utf-8", "surrogatepass")
        return cls(canonical(data), mark.encode(), data.count(b" "), whole, first)

    def fits(self, data: bytes, start: int, stop: int, more: bool) -> bool:
        """Return whether it is the path that stands there; undecided, it is not. `more`: others follow."""
        if self.whole and (_GOES_ON.match(data, stop) or (more and stop == len(data))):
            return False
        if self.first and start and _GOES_BEFORE.match(data, start - 1):
            return False
        return data.count(b" ", start, stop) <= self.blanks

    def runs(self, plain: bytes) -> Iterator[tuple[int, int]]:
        """Yield where it stands."""
        at = -1
        while (at := plain.find(self.text, at + 1)) >= 0:
            yield at, at + len(self.text)

    def begun(self, plain: bytes) -> int:
        """Return how much of it a text ends with; also all of it, for what follows decides."""
        longest = min(len(self.text), len(plain))
        return next((n for n in range(longest, 0, -1) if plain.endswith(self.text[:n])), 0)


@attrs.frozen
class SecretNeedle(Needle):
    """A spelling of a secret. `source`: what it spells; `blocks`: one is in every piece that may count."""

    source: bytes
    bits: int
    blocks: tuple[tuple[int, bytes], ...] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        shortest = min(SHORTEST * 8 // self.bits, len(self.text))
        size = (shortest + 1) // 2
        last = len(self.text) - size
        # Two in a row begin so far apart that whatever is as long as a piece holds one of them.
        starts = sorted({*range(0, last + 1, shortest - size + 1), last})
        object.__setattr__(self, "blocks", tuple((n, self.text[n : n + size]) for n in starts))

    @property
    def folded(self) -> bool:
        """Whether it is searched in a text in lower case: hex is."""
        return self.bits == _HEX

    def form(self, plain: bytes) -> bytes:
        """Return the text; in lower case where hex is searched."""
        return plain.lower() if self.folded else plain

    def present(self, plain: bytes) -> bool:
        """Return whether a piece may be in a text."""
        plain = self.form(plain)
        for _, block in self.blocks:  # noqa: SIM110  (a generator costs as much as the search)
            if block in plain:
                return True
        return False

    def runs(self, plain: bytes) -> Iterator[tuple[int, int]]:
        """Yield where pieces stand, each as long as it goes."""
        plain, found = self.form(plain), set()
        for offset, block in self.blocks:
            at = -1
            while (at := plain.find(block, at + 1)) >= 0:
                before, after = self._around(plain, at, offset, len(block))
                run = at - before, at + len(block) + after
                if run not in found and self._counts(offset - before, offset + len(block) + after):
                    found.add(run)
                    yield run

    def _around(self, plain: bytes, at: int, offset: int, size: int) -> tuple[int, int]:
        """Return how many characters before and after a block are the secret's as well."""
        text, before, after = self.text, 0, size
        while before < min(at, offset) and plain[at - before - 1] == text[offset - before - 1]:
            before += 1
        while after < min(len(plain) - at, len(text) - offset) and plain[at + after] == text[offset + after]:
            after += 1
        return before, after - size

    def _counts(self, start: int, stop: int) -> bool:
        """Return whether a piece of the spelling counts: all of it, and what says enough of the secret."""
        told = self.source[-(-start * self.bits // 8) : stop * self.bits // 8]
        return stop - start == len(self.text) or len(told) >= _PIECE or is_secret(told.decode("latin-1"))

    def begun(self, plain: bytes) -> int:
        """Return how many characters at the end of a text are a piece that may go on."""
        end, size = self.form(plain[-len(self.text) :]), 0
        while size < len(end) and end[len(end) - size - 1 :] in self.text:
            size += 1
        return size


def spellings(secret: str, mark: str) -> Iterator[SecretNeedle]:
    """Yield a secret as it is, in hex, and as base64 spells it, wherever in the encoded text it begins."""
    data, sign = secret.encode("utf-8", "surrogatepass"), mark.encode()
    plain = canonical(data)
    yield SecretNeedle(plain, sign, plain, _PLAIN)
    yield SecretNeedle(data.hex().encode(), sign, data, _HEX)
    for skipped in range(3):
        part = data[skipped:]
        part = part[: len(part) // 3 * 3]
        yield SecretNeedle(canonical(base64.b64encode(part)), sign, part, _BASE64)
