"""Words of sentences that count."""

from __future__ import annotations


def number(n: int, noun: str) -> str:
    """Return `1 task`, `2 tasks`, `1,000 tasks`; a noun whose plural ends in `s`."""
    return f"{n:,} {noun}{'' if n == 1 else 's'}"
