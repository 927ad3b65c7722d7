"""Choosing cells on a command line: `tui=aider,model=gpt-*`."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable
from typing import Any, TypeVar

import attrs

from cab_core.distance import nearest_name
from cab_core.errors import UserError
from cab_core.records import Cell, CellSummary

from .names import UNSET, value_text

KEYS = ("tui", "model", "stack", "sweep", "version", "runtime", "network")
SETTINGS = ("option.", "param.")  # followed by a name
T = TypeVar("T")


@attrs.frozen
class Selector:
    """Patterns by key. A cell matches where every one does; a bare CLI's stack, an option not set: `none`."""

    wanted: dict[str, str]

    @classmethod
    def parse(cls, text: str) -> Selector:
        """Read `KEY=PATTERN,KEY=PATTERN`.

        Raises:
            UserError: a part has no `=`, or an unknown key, or names a key that came before.
        """
        wanted: dict[str, str] = {}
        for part in text.split(","):
            key, sign, pattern = part.strip().partition("=")
            if not sign or not _known(key) or not pattern or key in wanted:
                raise UserError(
                    f"{text!r}: {_meant(key)} KEY=PATTERN, several joined by commas, each key once, with "
                    f"keys {', '.join((*KEYS, 'option.NAME', 'param.NAME'))}; such as tui=aider,model=gpt-*"
                )
            wanted[key] = pattern
        return cls(wanted)

    def matches(self, result: CellSummary) -> bool:
        """Tell whether a cell is chosen."""
        return all(_matches(result.cell, key, pattern) for key, pattern in self.wanted.items())

    def nearest(self, cells: Iterable[Cell]) -> Selector:
        """Return the selector in which what no cell has is replaced by the nearest that one has."""
        there, found = list(cells), {}
        for key, pattern in self.wanted.items():
            name = _nearest_key(key, there)
            values = {text for cell in there for text in _texts(cell, name)}
            matched = any(fnmatch.fnmatchcase(text, pattern) for text in values)
            found[name] = pattern if matched else nearest_name(pattern, values) or pattern
        return Selector(found)

    def __str__(self) -> str:
        return ",".join(f"{key}={pattern}" for key, pattern in self.wanted.items())


def _meant(key: str) -> str:
    _, dot, name = key.partition(".")
    known = [f"{s}{name}" for s in SETTINGS] if dot and name else KEYS
    near = None if _known(key) else nearest_name(key, known)
    return f"unknown key {key!r}; did you mean {near!r}? Expected" if near else "expected"


def _known(key: str) -> bool:
    return key in KEYS or any(key.startswith(s) and key != s for s in SETTINGS)


def _nearest_key(key: str, cells: Iterable[Cell]) -> str:
    """Return the option or parameter of a cell whose name is nearest; any other key as it is."""
    kind, dot, name = key.partition(".")
    if not dot:
        return key
    names = {n for cell in cells for n in (cell.options if kind == "option" else cell.model_params)}
    return f"{kind}.{name if name in names else nearest_name(name, names) or name}"


def _matches(cell: Cell, key: str, pattern: str) -> bool:
    return any(fnmatch.fnmatchcase(text, pattern) for text in _texts(cell, key))


def _texts(cell: Cell, key: str) -> set[str]:
    """Return what a cell has for a key; a text that looks like JSON may be given without its quotes."""
    kind, _, name = key.partition(".")
    if kind in ("option", "param"):
        given = cell.options if kind == "option" else cell.model_params
        return _value(given[name]) if name in given else {UNSET}
    return {
        {
            "tui": cell.tui,
            "model": cell.model,
            "stack": "+".join(cell.stack) or UNSET,
            "sweep": cell.sweep_id,
            "version": cell.tui_version,
            "runtime": cell.runtime,
            "network": cell.network,
        }[key]
    }


def _value(value: Any) -> set[str]:
    return {value_text(value), value} if isinstance(value, str) else {value_text(value)}


def one_of_each(results: Iterable[tuple[T, CellSummary]]) -> list[tuple[T, CellSummary]]:
    """Keep, of cells that differ in their sweep alone, the one that stands (see `Store.standing`).

    One that lies there twice, as in a copy of its sweep's directory, counts once as well.
    """
    kept: dict[tuple[object, ...], tuple[T, CellSummary]] = {}
    for item, result in results:
        cell = result.cell
        key = (cell.configuration, cell.task, cell.attempt)
        if key not in kept or kept[key][1].standing < result.standing:
            kept[key] = (item, result)
    return list(kept.values())
