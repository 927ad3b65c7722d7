"""What must not be written: keys, in whatever spelling, and this machine's paths. Found and replaced here.

A text is searched in its canonical form; only where something is found it is looked up where it stood. Of a
secret every piece is replaced that is 16 characters long, or would be a secret itself (`is_secret`: at least
12, and not words alone): so no place matters at which a text was cut, and what all keys of a kind begin with
(`sk-proj-`) stays.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar, cast

import attrs

from .canonical import canonical, finished, located
from .needles import PathNeedle, SecretNeedle, as_text, is_secret, spellings

_WAITING = 1 << 14  # bytes of a stream that wait at most for what may follow
_REMEMBERED, _LONG = 1000, 200  # texts, and characters of each
_APART = "\ufffd"  # between texts that are searched as one: no escape goes on across it

T = TypeVar("T")
Span = tuple[int, int, bytes]  # begin, end, mark


class Redactor:
    """Replaces secrets and paths by marks. `seen`: the marks of the secrets that were found so far."""

    def __init__(self, secrets: Mapping[str, str] | None = None) -> None:
        self._secrets: list[SecretNeedle] = []
        self._paths: list[PathNeedle] = []
        self._roots: list[PathNeedle] = []
        self._blocks: tuple[list[str], list[str]] = [], []  # of all secrets: as they are, in lower case
        self._whole: tuple[list[str], list[str]] = [], []  # and the whole of each
        self._clean: set[str] = set()  # texts in which nothing is to be replaced
        self.seen: set[str] = set()
        for text, mark in (secrets or {}).items():
            self.hide(text, mark)

    def apart(self) -> Redactor:
        """Return one that hides the same, also what is hidden later, and has a `seen` of its own."""
        twin = copy.copy(self)
        twin.seen = set()
        return twin

    def hide(self, secret: str, mark: str) -> None:
        """Replace a secret, however it is spelled; what is none is left (see `is_secret`)."""
        self._clean.clear()
        if is_secret(secret):
            for needle in spellings(secret, mark):
                self._secrets.append(needle)
                self._blocks[needle.folded].extend(as_text(b) for _, b in needle.blocks)
                self._whole[needle.folded].append(as_text(needle.text))

    def hide_path(self, path: str, mark: str) -> None:
        """Replace a path. Of two that lie in each other the longer is taken."""
        self._clean.clear()
        self._paths += [PathNeedle.of(each, mark) for each in sorted({path, os.path.realpath(path)})]

    def hide_root(self, path: str) -> None:
        """Take a directory of code off what lies below it, in texts: a log or a patch stays as it is."""
        self._clean.clear()
        for each in sorted({path, os.path.realpath(path)}):
            below = PathNeedle.of(f"{each}/", "", whole=False, first=True)
            self._roots += [below, PathNeedle.of(each, ".", first=True)]

    def finds(self, data: bytes) -> bool:
        """Return whether there is anything to replace."""
        return bool(self.spans(data))

    def data(self, data: bytes) -> bytes:
        """Return bytes with marks."""
        return replaced(data, spans) if (spans := self.spans(data)) else data

    def text(self, text: str) -> str:
        """Return a text with marks."""
        data = text.encode("utf-8", "surrogatepass")
        spans = self.spans(data, roots=True)
        return replaced(data, spans).decode("utf-8", "surrogatepass") if spans else text

    def texts(self, texts: list[str]) -> list[str]:
        """Return texts with marks; those that were seen before, as most headers, cost nothing."""
        new = [text for text in texts if text not in self._clean]
        if not new:
            return texts
        # All at once: one by one would be slow.
        if self.spans(_APART.join(new).encode("utf-8", "surrogatepass"), roots=True):
            return [self.text(text) for text in texts]
        if len(self._clean) > _REMEMBERED:
            self._clean.clear()
        self._clean.update([text for text in new if len(text) < _LONG])
        return texts

    def record(self, value: T) -> T:
        """Return a record, or a JSON value, with marks in all its texts."""
        joined = _APART.join(_texts(value)).encode("utf-8", "surrogatepass")
        wanted = self._wanted(joined, roots=True)  # all at once: one by one would be slow
        return cast("T", self._record(value)) if any(wanted) else value

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
        """Return what tells, piece by piece of a body, whether a whole secret was found in it.

        It is called for every event of every stream: so it does as little as it can.
        """
        rest = b""
        if not self._secrets:
            return lambda _: False
        kept = max(map(len, self._whole[True]))  # in hex, the longest spelling

        def look(piece: bytes) -> bool:
            nonlocal rest
            rest = rest[-kept:] + piece
            return _any_of(self._whole, canonical(rest))

        return look

    def spans(self, data: bytes, more: bool = False, roots: bool = False) -> list[Span]:
        """Return what to replace, in order. `more`: others follow, so a path at the end may go on."""
        secrets, paths = self._wanted(data, roots)
        if not secrets and not paths:
            return []
        plain, where = located(data)
        found = [(*_raw(where, run), n.mark) for n in secrets for run in n.runs(plain)]
        self.seen |= {mark.decode() for _, _, mark in found}
        for needle in paths:
            places = (_raw(where, run) for run in needle.runs(plain))
            found += [(*at, needle.mark) for at in places if needle.fits(data, *at, more)]
        # Of those that begin at one place the longest.
        return sorted(found, key=lambda s: (s[0], -s[1]))

    def _wanted(self, data: bytes, roots: bool) -> tuple[list[SecretNeedle], list[PathNeedle]]:
        """Return what may be in a text: what is not cannot be found there."""
        paths = [*self._paths, *self._roots] if roots else self._paths
        plain = canonical(data) if self._secrets or paths else b""
        secrets = [n for n in self._secrets if n.present(plain)] if self._may_hold_secret(plain) else []
        text = as_text(plain)
        return secrets, [n for n in paths if n.plain in text]

    def _may_hold_secret(self, plain: bytes) -> bool:
        """Return whether a piece of any secret may be in a text: nearly always there is none."""
        return _any_of(self._blocks, plain)

    def unsure(self, data: bytes) -> int:
        """Return where the end begins that may be the beginning of something to replace."""
        if not self._secrets and not self._paths:
            return len(data)
        first = max(0, len(data) - _WAITING)
        cut = finished(data[first:])
        plain, where = located(data[first : first + cut])
        needles: list[SecretNeedle | PathNeedle] = [*self._secrets, *self._paths]
        begun = max(n.begun(plain) for n in needles)
        return first + (where(len(plain) - begun)[0] if begun else cut)


def _any_of(needles: tuple[list[str], list[str]], plain: bytes) -> bool:
    """Return whether any is in a text: of the first as it is, of the second in lower case."""
    text = as_text(plain)
    for needle in needles[False]:
        if needle in text:
            return True
    text = as_text(plain.lower())
    return any(needle in text for needle in needles[True])


def _texts(value: Any) -> Iterator[str]:
    """Yield all texts of a record or a JSON value, the keys of its objects too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(key)
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
    elif attrs.has(type(value)):
        for field in attrs.fields(type(value)):
            if field.init:
                yield from _texts(getattr(value, field.name))


def replaced(data: bytes, spans: Iterable[Span], stop: int | None = None) -> bytes:
    """Return bytes with marks, up to a place; what lies in another span has no mark of its own."""
    out, end = [], 0
    for begin, after, mark in spans:
        if after > end:
            out += [data[end:begin], mark]
            end = after
    return b"".join([*out, data[end:stop]])


class Stream:
    """Replaces in bytes that come piece by piece: an end that may be a piece of a secret waits."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor, self._waiting = redactor, b""
        self._open = 0  # where an unfinished spelling begins in what waits

    @property
    def held(self) -> int:
        """How many bytes wait."""
        return len(self._waiting)

    def feed(self, piece: bytes) -> bytes:
        """Take a piece; return what can be written."""
        data = self._waiting + piece
        if self._waiting and len(data) <= _WAITING and self._says_nothing(piece):
            self._waiting = data
            return b""
        spans, sure = self._redactor.spans(data, more=True), self._redactor.unsure(data)
        # What reaches beyond waits as a whole, that it is found again as what it is.
        sure = min([sure, *(begin for begin, after, _ in spans if after > sure)])
        self._waiting = data[sure:]
        self._open = finished(self._waiting)
        out = replaced(data, [s for s in spans if s[0] < sure], sure)
        return out + self.close() if len(self._waiting) > _WAITING else out

    def _says_nothing(self, piece: bytes) -> bool:
        """Return whether a piece changes nothing: a flood in small pieces is not read again with each."""
        end = self._waiting[self._open :] + piece
        size = finished(end)
        if canonical(end[:size]):
            return False
        self._open += size
        return True

    def close(self) -> bytes:
        """Return what is left."""
        rest, self._waiting = self._redactor.data(self._waiting), b""
        return rest


def _raw(where: Callable[[int], tuple[int, int]], run: tuple[int, int]) -> tuple[int, int]:
    return where(run[0])[0], where(run[1] - 1)[1]
