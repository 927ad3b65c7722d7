"""What must not be written: keys, in whatever spelling, and this machine's paths. Found and replaced here.

A text is searched in its canonical form; only where something is found it is looked up where it stood.
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar, cast

import attrs

from .canonical import UNFINISHED, canonical, located

SHORTEST = 12  # characters; what is shorter is no secret
_VARIETY = 8  # different characters that a secret has at least
_WORD = re.compile(r"(?:[A-Z]?[a-z]+|[A-Z]+)?\d{0,3}")
_LONGEST_WORD = 15
_HALF = 8  # characters by which the rest of a secret is known, where a text was cut
_TORN = 16  # characters that an escape which was cut leaves at most

_GOES_ON = re.compile(rb"[A-Za-z0-9_-]|\.[A-Za-z0-9_]")
_GOES_BEFORE = re.compile(rb"[A-Za-z0-9_.~$-]")

T = TypeVar("T")


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


@attrs.frozen
class _Needle:
    text: bytes  # in the canonical form
    mark: bytes
    whole: bool  # a path: what goes on as a name is another one
    begins: bool = False  # a path that nothing stands before, for it leaves nothing behind

    @property
    def secret(self) -> bool:
        return not (self.whole or self.begins)


class Redactor:
    """Replaces secrets and paths by marks. `seen`: the marks of the secrets that were found so far."""

    def __init__(self, secrets: Mapping[str, str] | None = None) -> None:
        self._needles: list[_Needle] = []
        self._roots: list[_Needle] = []
        self._longest = 0
        self._parts: set[bytes] = set()
        self.seen: set[str] = set()
        for text, mark in (secrets or {}).items():
            self.hide(text, mark)

    def hide(self, secret: str, mark: str) -> None:
        """Replace a secret, however it is spelled; what is none is left (see `is_secret`)."""
        if is_secret(secret):
            self._add(*_spellings(secret, mark))

    def hide_path(self, path: str, mark: str) -> None:
        """Replace a path. Of two that lie in each other the longer is taken."""
        for each in {path, os.path.realpath(path)}:
            self._add(_Needle(canonical(each.encode("utf-8", "surrogatepass")), mark.encode(), whole=True))

    def hide_root(self, path: str) -> None:
        """Take a directory of code off what lies below it, in texts: a log or a patch stays as it is."""
        for each in {path, os.path.realpath(path)}:
            text = canonical(each.encode("utf-8", "surrogatepass"))
            self._roots += [_Needle(text + b"/", b"", False, True), _Needle(text, b".", True, True)]
            self._parts.add(text)

    def _add(self, *needles: _Needle) -> None:
        self._needles += needles
        self._longest = max(self._longest, *(len(n.text) for n in needles))
        for n in needles:
            self._parts |= {n.text} if n.whole else {n.text[:_HALF], n.text[-_HALF:]}

    @property
    def reach(self) -> int:
        """Return how many bytes a spelling may take: of so many the end is looked at again."""
        return 8 * self._longest

    def finds(self, data: bytes) -> bool:
        """Return whether there is anything to replace."""
        return bool(self._present(data))

    def data(self, data: bytes, more: bool = False) -> bytes:
        """Return bytes with marks. `more`: others follow, so what ends here may go on."""
        return self._marked(data, self._present(data), more)

    def _marked(self, data: bytes, needles: list[_Needle], more: bool = False) -> bytes:
        # Of those that begin at one place the longest, and none in another.
        spans = sorted(self._spans(data, needles, more), key=lambda s: (s[0], -s[1])) if needles else []
        out, end = [], 0
        for start, stop, mark in spans:
            if start >= end:
                out += [data[end:start], mark]
                end = stop
        return b"".join([*out, data[end:]]) if spans else data

    def text(self, text: str) -> str:
        """Return a text with marks."""
        data = text.encode("utf-8", "surrogatepass")
        plain = canonical(data)
        for part in self._parts:  # of a hundred thousand names hardly one holds any
            if part in plain:
                break
        else:
            return text
        found = [n for n in (*self._needles, *self._roots) if n.text in plain]
        clean = self._without_halves(self._marked(data, found))
        return text if clean is data else clean.decode("utf-8", "surrogatepass")

    def _without_halves(self, data: bytes) -> bytes:
        """Replace what is left of a secret at the ends of a text that was cut, perhaps within an escape.

        It may be the beginning that all keys of a kind have: so nothing was seen.
        """
        start, end = canonical(data[: self.reach]), canonical(data[-self.reach :])
        for needle in self._needles:
            if needle.whole:
                continue
            if needle.text[:_HALF] in end and (left := _begun_in(data[-self.reach :], needle)):
                data = data[:-left] + needle.mark
            if needle.text[-_HALF:] in start and (over := _ended_in(data[: self.reach], needle)):
                data = needle.mark + data[over:]
        return data

    def record(self, value: T) -> T:
        """Return a record, or a JSON value, with marks in all its texts."""
        return cast("T", self._record(value))

    def _record(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self._record(k): self._record(v) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(map(self._record, value))
        if attrs.has(type(value)):
            fields = {f.name: getattr(value, f.name) for f in attrs.fields(type(value)) if f.init}
            changed = {n: new for n, old in fields.items() if (new := self._record(old)) is not old}
            return attrs.evolve(value, **changed) if changed else value
        return value

    def watch(self) -> Callable[[bytes], bool]:
        """Return what tells, piece by piece of a body, whether anything was found in it.

        It is called for every event of every stream: so it does as little as it can.
        """
        rest, kept, texts = b"", self._longest, [n.text for n in self._needles]
        if not texts:
            return lambda _: False

        def look(piece: bytes) -> bool:
            nonlocal rest
            rest = rest[-kept:] + piece
            plain = canonical(rest)
            for text in texts:  # noqa: SIM110  (a generator costs as much as the search)
                if text in plain:
                    return True
            return False

        return look

    def _present(self, data: bytes) -> list[_Needle]:
        if not self._needles:
            return []
        plain = canonical(data)
        return [n for n in self._needles if n.text in plain]

    def _spans(self, data: bytes, needles: list[_Needle], more: bool) -> Iterator[tuple[int, int, bytes]]:
        plain, where = located(data)
        for needle in needles:
            at = plain.find(needle.text)
            while at >= 0:
                start, end = where(at)[0], where(at + len(needle.text) - 1)[1]
                at = plain.find(needle.text, at + 1)
                if needle.whole and (_GOES_ON.match(data, end) or (more and end == len(data))):
                    continue
                if needle.begins and start and _GOES_BEFORE.match(data, start - 1):
                    continue
                if needle.secret:
                    self.seen.add(needle.mark.decode())
                yield start, end, needle.mark

    def unsure(self, data: bytes) -> int:
        """Return where the end begins that may be the beginning of something to replace."""
        if not self._needles:
            return len(data)
        first = max(0, len(data) - self.reach)
        tail = data[first:]
        cut = part.start() if (part := UNFINISHED.search(tail)) else len(tail)
        plain, where = located(tail[:cut])
        begun = max(_begun(plain, n) for n in self._needles)
        return first + (where(len(plain) - begun)[0] if begun else cut)


class Stream:
    """Replaces in bytes that come piece by piece: an end that may be the beginning of a secret waits."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor, self._waiting = redactor, b""

    def feed(self, piece: bytes) -> bytes:
        """Take a piece; return what can be written."""
        data = self._redactor.data(self._waiting + piece, more=True)
        sure = self._redactor.unsure(data)
        self._waiting = data[sure:]
        return data[:sure]

    def close(self) -> bytes:
        """Return what is left."""
        rest, self._waiting = self._redactor.data(self._waiting), b""
        return rest


def _spellings(secret: str, mark: str) -> Iterator[_Needle]:
    """A secret as it is, in hex, and as base64 spells it, wherever in the encoded text it begins."""
    data = secret.encode("utf-8", "surrogatepass")
    spelled = {data, data.hex().encode(), data.hex().upper().encode()}
    for skipped in range(3):
        whole = data[skipped:]
        spelled.add(base64.b64encode(whole[: len(whole) // 3 * 3]))
    for each in spelled:
        yield _Needle(canonical(each), mark.encode(), whole=False)


def _begun(plain: bytes, needle: _Needle) -> int:
    """Return how much of a needle a text ends with: not all of it, but where what follows decides."""
    start = max(0, len(plain) - len(needle.text) + (not needle.whole))
    while (start := plain.find(needle.text[:1], start)) >= 0:
        if needle.text.startswith(plain[start:]):
            return len(plain) - start
        start += 1
    return 0


def _begun_in(end: bytes, needle: _Needle) -> int:
    """Return how many bytes at the end of a text are a good part of a needle's beginning."""
    cut = part.start() if (part := UNFINISHED.search(end)) else len(end)
    plain, where = located(end[:cut])
    begun = _begun(plain, needle)
    return len(end) - where(len(plain) - begun)[0] if begun >= _HALF else 0


def _ended_in(start: bytes, needle: _Needle) -> int:
    """Return how many bytes at the start of a text are a good part of a needle's end."""
    plain, where = located(start)
    end = plain.find(needle.text[-_HALF:]) + _HALF
    rest = (plain[n:end] for n in range(min(_TORN, end - _HALF) + 1))  # behind half an escape
    return where(end - 1)[1] if any(needle.text.endswith(part) for part in rest) else 0
