"""What else a reader of a comparison must know: what is left out, mixed, or differs though nobody asked."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from cab_core.records import CellSummary, Limits
from cab_core.records.marks import SEALED, legend
from cab_core.stats import Comparison, Halves, Sides, summarise, verdict_of

from .text import name_line, one_line, say

_FEW = 6  # values or names in one sentence


def print_kept_apart(sides: Sides, results: Sequence[CellSummary]) -> None:
    """Say what keeps every pair apart though neither side names it."""
    for key, (a, b) in sides.differing(results).items():
        if key in sides.common and not set(a) & set(b):
            say(
                f"A has {key} {_few(a)}, B has {key} {_few(b)}, and neither names it: what is not named must "
                "be equal within a pair. To compare them all the same, name it on both sides."
            )


def print_mixed(sides: Sides, results: Sequence[CellSummary]) -> None:
    """Say where a side holds several configurations within one pair."""
    for name, mixed in zip("AB", sides.mixed(results), strict=True):
        if mixed:
            say(
                f"\nMixed: {name} holds several configurations within one pair, and their mean is what is "
                f"compared: {_few(mixed)}. Name which is meant, such as version=... or runtime=..."
            )


def print_left_out(sides: Sides, found: Comparison, results: Sequence[CellSummary]) -> None:
    """Say which cells are in no pair, which have no verdict, and what was tried in vain."""
    for name, alone in (("A", found.only_a), ("B", found.only_b)):
        if alone:
            say(f"{len(alone)} of {name} have no partner, first: {one_line(alone[0], 90)}")
    for name, half in zip("AB", sides.chosen(results), strict=True):
        if excluded := summarise(map(verdict_of, half)).why_excluded:
            say(f"Left out of {name}: {excluded}")
        if voided := summarise(map(verdict_of, half)).why_voided:
            say(f"Tried in vain before, {name}: {voided}")


def print_unnamed(sides: Sides, results: Sequence[CellSummary]) -> None:
    """Say what differs within pairs though nobody named it."""
    for key, (a, b) in sides.differing(results).items():
        expected = key in ("version", "options") and "tui" in sides.named  # two CLIs never share these
        if key not in sides.common and not expected:
            say(f"They differ in {key} too (A: {_few(a)}; B: {_few(b)}): a difference may be theirs.")


def print_marks(halves: Halves) -> None:
    """Say what a reader must know of the cells that are compared."""
    for line in marks_of(halves):
        say(line)
    limits = halves.differing(lambda result: _limits(result.cell.limits))
    if limits is not None:
        a, b = map(_few, limits)
        say(f"They had different limits (A: {a}; B: {b}): a difference may be theirs.")
    runtimes = halves.differing(lambda result: result.cell.runtime)
    if runtimes is not None:
        both = sorted({*runtimes[0], *runtimes[1]})
        say(f"They ran in different sandboxes ({_few(both)}): a difference may be theirs.")


def marks_of(halves: Halves) -> list[str]:
    """Return a sentence for each mark that any of the cells has."""
    marks = legend(halves.marks).items()
    return [f"{'All' if mark == SEALED else 'Some'} of them are {mark}: {says}." for mark, says in marks]


def _limits(limits: Limits) -> str:
    return " ".join(f"{name}={value:g}" for name, value in attrs.asdict(limits).items() if value is not None)


def _few(texts: Sequence[str]) -> str:
    more = f" and {len(texts) - _FEW} more" if len(texts) > _FEW else ""
    return ", ".join(name_line(t) or "none" for t in texts[:_FEW]) + more
