"""What two bodies have in common at their beginning and at their end."""

from __future__ import annotations

from collections.abc import Callable

_BLOCK = 1 << 14


def alike(one: bytes, other: bytes) -> tuple[int, int]:
    """Return how many bytes at the start and, of the rest, at the end are the same; no character is cut."""
    most = min(len(one), len(other))
    first = _same(most, lambda at, size: one[at : at + size] == other[at : at + size])
    while 0 < first < len(other) and other[first] & 0xC0 == 0x80:
        first -= 1
    ends = len(one), len(other)
    last = _same(
        most - first,
        lambda at, size: one[ends[0] - at - size : ends[0] - at] == other[ends[1] - at - size : ends[1] - at],
    )
    while last and other[ends[1] - last] & 0xC0 == 0x80:
        last -= 1
    return first, last


def _same(most: int, are: Callable[[int, int], bool]) -> int:
    """Return how far two are the same: whole blocks, then halves of what is left."""
    at, size = 0, _BLOCK
    while size:
        if at + size <= most and are(at, size):
            at += size
        else:
            size //= 2
    return at
