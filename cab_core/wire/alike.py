"""What two bodies have in common at their beginning and at their end."""

from __future__ import annotations

from collections.abc import Callable

_BLOCK = 1 << 14
_CHARACTER = 4  # bytes of one in UTF-8, at most


def alike(one: bytes, other: bytes) -> tuple[int, int]:
    """Return how many bytes at the start and, of the rest, at the end are the same; no character is cut."""
    most = min(len(one), len(other))
    first = _same(most, lambda at, size: one[at : at + size] == other[at : at + size])
    first -= _within(other, first)
    ends = len(one), len(other)
    last = _same(
        most - first,
        lambda at, size: one[ends[0] - at - size : ends[0] - at] == other[ends[1] - at - size : ends[1] - at],
    )
    return first, last - min(last, _rest(other, ends[1] - last))


def _within(data: bytes, at: int) -> int:
    """Return how many bytes before a place the character begins in which it lies; 0 where in none."""
    back = 0
    while back < _CHARACTER and 0 < at - back < len(data) and data[at - back] & 0xC0 == 0x80:
        back += 1
    return min(back, at)


def _rest(data: bytes, at: int) -> int:
    """Return how many bytes of a character that began before a place are left behind it."""
    return next((n for n in range(_CHARACTER) if at + n >= len(data) or data[at + n] & 0xC0 != 0x80), 0)


def _same(most: int, are: Callable[[int, int], bool]) -> int:
    """Return how far two are the same: whole blocks, then halves of what is left."""
    at, size = 0, _BLOCK
    while size:
        if at + size <= most and are(at, size):
            at += size
        else:
            size //= 2
    return at
