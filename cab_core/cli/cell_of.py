"""The cell that a directory on the command line means."""

from __future__ import annotations

import os
from pathlib import Path

from cab_core.distance import nearest_name
from cab_core.errors import UserError
from cab_core.records.wire import WIRE_FILE
from cab_core.store.cells import Store

_FEW = 3  # cells in one message


def try_of(path: Path) -> Path:
    """Return a try's directory: the one that is named, or the try that stands of the one cell below it.

    Raises:
        UserError: there is no such directory, or no cell below it, or several.
    """
    if not path.is_dir():
        raise UserError(_missing(path))
    if any(os.path.lexists(path / name) for name in (WIRE_FILE, "cell.json", "calls.jsonl")):
        return path
    found = [directory for directory, _ in Store(path).summaries()]
    if len(found) == 1:
        return found[0]
    raise UserError(_several(path, found) if found else _none(path))


def _missing(path: Path) -> str:
    base = next(p for p in path.absolute().parents if p.is_dir())
    first, *rest = path.absolute().relative_to(base).parts
    near = nearest_name(first, (p.name for p in base.iterdir() if p.is_dir()))
    if near is None:
        return f"{path}: no such directory; {_expected()}"
    guess = base.joinpath(near, *rest)
    meant = guess if guess.is_dir() else base / near
    shown = meant if path.is_absolute() else Path(os.path.relpath(meant))
    return f"{path}: no such directory; did you mean {str(shown)!r}?"


def _several(path: Path, found: list[Path]) -> str:
    more = f" and {len(found) - _FEW} more" if len(found) > _FEW else ""
    return f"{path}: {len(found)} cells are below it; name one: {', '.join(map(str, found[:_FEW]))}{more}"


def _none(path: Path) -> str:
    left = sorted(p.parent for p in path.glob(f"*.part/{WIRE_FILE}"))
    if left:
        return f"{path}: no finished try is in it; a runner that was killed left {left[-1]}"
    return f"{path}: no cell is below it; {_expected()}"


def _expected() -> str:
    return "expected a cell's directory, as in RUNS/SWEEP/CLI/MODEL/PACK/TASK; `cab results` lists the cells"
