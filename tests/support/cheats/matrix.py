"""What becomes of each kind of cheat over an imported task, by language; over a task of ours all are rejected.

`rejected`: the verdict itself. `seen`: the tests accept it, and the second look rejects it. `passes`: nothing does.
"""

from __future__ import annotations

from .base import KINDS

LANGUAGES = ("python", "javascript", "rust", "c", "go", "java")
_SEEN = {
    "a report forged at import": LANGUAGES,
    "a report forged at exit": ("python", "javascript", "java"),
    "a patched test runner": ("python", "javascript", "c", "go"),
    "a replaced expect or assert": ("python", "javascript", "c"),
    "a replaced test framework": ("java",),
    "a solution that reads the tests": ("python", "javascript", "rust", "c", "go"),
}


def expected(kind: str, language: str) -> str:
    """Return what becomes of a cheat over an imported task."""
    return "seen" if language in _SEEN.get(kind, ()) else "rejected"


def table(cheats: dict[str, dict[str, object]]) -> list[str]:
    """Return the table as the documentation has it."""
    lines = [f"| kind | {' | '.join(LANGUAGES)} |", f"| --- |{' --- |' * len(LANGUAGES)}"]
    for kind in KINDS:
        cells = [expected(kind, name) if kind in cheats[name] else "" for name in LANGUAGES]
        lines.append(f"| {kind} | {' | '.join(cells)} |".replace("|  |", "| |").replace("|  |", "| |"))
    return lines
