"""What must not be written: keys, in whatever spelling, and this machine's paths. Found and replaced here.

A text is searched in one canonical form: without line ends, backslashes and colours of a terminal, with
what JSON, a URL or base64 for URLs spell otherwise undone. So a key is found however it was escaped or
wrapped, at the speed of a plain search; only where one is found is it looked up where it stood.
"""

from __future__ import annotations

import base64
import os
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar, cast

import attrs

SHORTEST = 12  # characters; what is shorter is no secret
_VARIETY = 8  # different characters that a secret has at least
_WORD = re.compile(r"(?:[A-Z]?[a-z]+|[A-Z]+)?\d{0,3}")
_LONGEST_WORD = 15

# Spellings that are longer than one character: colours of a terminal, JSON's escapes and a URL's.
# The set in front is what makes the search quick.
_ESCAPE = re.compile(
    rb"[\x1b\\%\r\n](?:(?<=\x1b)\[[0-9;?]*[A-Za-z]|(?<=\\)\\*u001[bB]\[[0-9;?]*[A-Za-z]"
    rb"|(?<=\\)\\*u([0-9A-Fa-f]{4})|(?<=%)(?:25)*([0-9A-Fa-f]{2})|(?<=[\r\n\\])[\r\n]*)"
)
_OF_A_URL = re.compile(rb"%[0-9A-Fa-f]{2}")
_UNFINISHED = re.compile(
    rb"(?:(?:\x1b|\\{1,16}u001[bB])(?:\[[0-9;?]{0,16})?|\\{1,16}(?:u[0-9A-Fa-f]{0,3})?|%(?:25){0,8}[0-9A-Fa-f]?)\Z"
)
_SAME = bytes.maketrans(b"-_", b"+/")
_SKIPPED = b"\r\n\\"
_GOES_ON = re.compile(rb"[A-Za-z0-9_-]|\.[A-Za-z0-9_]")

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


class Redactor:
    """Replaces secrets and paths by marks. `seen`: the marks of the secrets that were found so far."""

    def __init__(self, secrets: Mapping[str, str] | None = None) -> None:
        self._needles: list[_Needle] = []
        self._longest = 0
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
            self._add(_Needle(_canonical(each.encode("utf-8", "surrogatepass")), mark.encode(), whole=True))

    def _add(self, *needles: _Needle) -> None:
        self._needles += needles
        self._longest = max(self._longest, *(len(n.text) for n in needles))

    @property
    def reach(self) -> int:
        """Return how many bytes a spelling may take: of so many the end is looked at again."""
        return 8 * self._longest

    def finds(self, data: bytes) -> bool:
        """Return whether there is anything to replace."""
        return bool(self._present(data))

    def data(self, data: bytes, more: bool = False) -> bytes:
        """Return bytes with marks. `more`: others follow, so what ends here may go on."""
        needles = self._present(data)
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
        clean = self.data(data)
        return text if clean is data else clean.decode("utf-8", "surrogatepass")

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
            plain = _canonical(rest)
            for text in texts:  # noqa: SIM110  (a generator costs as much as the search)
                if text in plain:
                    return True
            return False

        return look

    def _present(self, data: bytes) -> list[_Needle]:
        if not self._needles:
            return []
        plain = _canonical(data)
        return [n for n in self._needles if n.text in plain]

    def _spans(self, data: bytes, needles: list[_Needle], more: bool) -> Iterator[tuple[int, int, bytes]]:
        plain, where = _located(data)
        for needle in needles:
            at = plain.find(needle.text)
            while at >= 0:
                start, end = where(at)[0], where(at + len(needle.text) - 1)[1]
                at = plain.find(needle.text, at + 1)
                if needle.whole and (_GOES_ON.match(data, end) or (more and end == len(data))):
                    continue
                if not needle.whole:
                    self.seen.add(needle.mark.decode())
                yield start, end, needle.mark

    def unsure(self, data: bytes) -> int:
        """Return where the end begins that may be the beginning of something to replace."""
        if not self._needles:
            return len(data)
        first = max(0, len(data) - self.reach)
        tail = data[first:]
        cut = part.start() if (part := _UNFINISHED.search(tail)) else len(tail)
        plain, where = _located(tail[:cut])
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
        yield _Needle(_canonical(each), mark.encode(), whole=False)


def _canonical(data: bytes) -> bytes:
    """Return the form in which texts are searched."""
    escaped = b"\\u" in data or b"\x1b[" in data or _OF_A_URL.search(data) is not None
    plain = _ESCAPE.sub(_unescaped, data) if escaped else data
    return plain.translate(_SAME, _SKIPPED)


def _unescaped(match: re.Match[bytes]) -> bytes:
    """Return what an escape stands for; nothing where that is skipped."""
    code = match[1] or match[2]
    if not code:
        return b""
    found = bytes([int(code, 16)]) if match[2] else chr(int(code, 16)).encode("utf-8", "surrogatepass")
    return b"" if found in _SKIPPED else found


def _located(data: bytes) -> tuple[bytes, Callable[[int], tuple[int, int]]]:
    """Return the canonical form, and what tells where in `data` a byte of it begins and ends."""
    plain, begins, pieces, end = bytearray(), [0], [(0, 0)], 0
    for match in _ESCAPE.finditer(data):
        if match.start() > end:
            begins.append(len(plain))
            pieces.append((end, 0))
            plain += data[end : match.start()]
        end = match.end()
        if found := _unescaped(match):
            begins.append(len(plain))
            pieces.append(match.span())
            plain += found
    begins.append(len(plain))
    pieces.append((end, 0))
    plain += data[end:]

    def where(at: int) -> tuple[int, int]:
        number = bisect_right(begins, at) - 1
        start, stop = pieces[number]
        return (start, stop) if stop else (start + at - begins[number], start + at - begins[number] + 1)

    return bytes(plain).translate(_SAME), where


def _begun(plain: bytes, needle: _Needle) -> int:
    """Return how much of a needle a text ends with: not all of it, but where what follows decides."""
    start = max(0, len(plain) - len(needle.text) + (not needle.whole))
    while (start := plain.find(needle.text[:1], start)) >= 0:
        if needle.text.startswith(plain[start:]):
            return len(plain) - start
        start += 1
    return 0
