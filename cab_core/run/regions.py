"""Protected regions: tests that stand inside a file which the agent edits."""

from __future__ import annotations

from collections.abc import Iterable

from cab_core.errors import GraderError
from cab_core.records import ProtectedRegion

CHANGED = "the agent changed the protected region; the original was graded"


class RegionViolation(Exception):
    """The agent's file has a region missing or doubled, so it cannot be graded as a fix."""


def restore(pristine: str, edited: str, regions: Iterable[ProtectedRegion]) -> tuple[str, list[str]]:
    """Return the agent's text with each region as in the pristine file, and notes of what differed.

    Raises:
        RegionViolation: a region is missing or doubled in `edited`.
        GraderError: the pristine file itself has no such region; the task is wrong.
    """
    notes = []
    for region in regions:
        original = _cut(pristine, region)
        if isinstance(original, str):
            raise GraderError(
                f"{region.file}: protected region {region.begin!r} is {original} in the task itself"
            )
        found = _cut(edited, region)
        if isinstance(found, str):
            raise RegionViolation(f"{region.file}: protected region {region.begin!r} is {found}")
        if found[1].rstrip() != original[1].rstrip():
            notes.append(f"{region.file}: {CHANGED}")
        edited = found[0] + original[1] + (found[2] if region.end is not None else "")
    return edited, notes


def _cut(text: str, region: ProtectedRegion) -> tuple[str, str, str] | str:
    """Return (head, region, tail), or the word for why it cannot be cut: missing, doubled or open."""
    lines = text.splitlines(keepends=True)
    starts = [i for i, line in enumerate(lines) if line.strip() == region.begin.strip()]
    if len(starts) != 1:
        return "doubled" if starts else "missing"
    stop = len(lines)
    if region.end is not None:
        ends = [i for i in range(starts[0], len(lines)) if lines[i].strip() == region.end.strip()]
        if not ends:
            return "without its end"
        stop = ends[0] + 1
    start = starts[0]
    return "".join(lines[:start]), "".join(lines[start:stop]), "".join(lines[stop:])
