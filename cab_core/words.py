"""Words of sentences that count."""

from __future__ import annotations


def plural(n: int, one: str, many: str | None = None) -> str:
    """Return `1 task`, `2 tasks`, `1,000 tasks`; `many`: where the plural is not `one` with an `s`."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"
