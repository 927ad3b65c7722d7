"""Choosing cells on a command line: `tui=aider,model=gpt-*`."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable
from typing import TypeVar

import attrs

from cab_core.errors import UserError
from cab_core.records import CellResult

KEYS = ("tui", "model", "stack", "sweep", "version")
T = TypeVar("T")


@attrs.frozen
class Selector:
    """Patterns by key. A cell matches where every one does; the stack of a bare CLI is `none`."""

    wanted: dict[str, str]

    @classmethod
    def parse(cls, text: str) -> Selector:
        """Read `KEY=PATTERN,KEY=PATTERN`.

        Raises:
            UserError: a part has no `=`, or an unknown key.
        """
        wanted: dict[str, str] = {}
        for part in text.split(","):
            key, sign, pattern = part.strip().partition("=")
            if not sign or key not in KEYS or not pattern:
                raise UserError(
                    f"{text!r}: expected KEY=PATTERN, several joined by commas, with keys {', '.join(KEYS)}; "
                    "for example tui=aider,model=gpt-*"
                )
            wanted[key] = pattern
        return cls(wanted)

    def matches(self, result: CellResult) -> bool:
        """Tell whether a cell is chosen."""
        facts = _facts(result)
        return all(fnmatch.fnmatchcase(facts[key], pattern) for key, pattern in self.wanted.items())

    def __str__(self) -> str:
        return ",".join(f"{key}={pattern}" for key, pattern in self.wanted.items())


def _facts(result: CellResult) -> dict[str, str]:
    cell = result.cell
    return {
        "tui": cell.tui,
        "model": cell.model,
        "stack": "+".join(cell.stack) or "none",
        "sweep": cell.sweep_id,
        "version": cell.tui_version,
    }


def one_of_each(results: Iterable[tuple[T, CellResult]]) -> list[tuple[T, CellResult]]:
    """Keep, of cells that differ in their sweep alone, the one that stands (see `Store.standing`)."""
    kept: dict[tuple[object, ...], tuple[T, CellResult]] = {}
    for item, result in results:
        cell = result.cell
        key = (cell.configuration, cell.task, cell.attempt)
        if key not in kept or kept[key][1].standing < result.standing:
            kept[key] = (item, result)
    return list(kept.values())
