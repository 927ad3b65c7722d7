"""The cells that are held against each other: both halves of every pair, and nothing beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import attrs

from cab_core.records import CellSummary
from cab_core.records.marks import marks_together

Half = Sequence[CellSummary]


@attrs.frozen
class Halves:
    """The cells of A and the cells of B, pair by pair."""

    pairs: Sequence[tuple[Half, Half]]

    def __iter__(self) -> Iterator[CellSummary]:
        for a, b in self.pairs:
            yield from a
            yield from b

    @property
    def marks(self) -> list[str]:
        """The marks of them all (see `marks_together`)."""
        return list(marks_together(result.all_marks for result in self))

    def differing(self, value: Callable[[CellSummary], str]) -> tuple[list[str], list[str]] | None:
        """Return the values of A and of B in those pairs whose halves differ in them; None where none does.

        A cell without a partner, and two pairs that are each of one value, say nothing about a difference.
        """
        values = [({value(r) for r in a}, {value(r) for r in b}) for a, b in self.pairs]
        apart = [(a, b) for a, b in values if a and b and a != b]
        if not apart:
            return None
        return sorted(set().union(*(a for a, _ in apart))), sorted(set().union(*(b for _, b in apart)))
