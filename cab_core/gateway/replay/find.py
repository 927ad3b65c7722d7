"""Which record a cell is replayed from: the one that is named or, of a directory of them, its own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import attrs

from cab_core.errors import UserError
from cab_core.records import Cell
from cab_core.records.wire import WIRE_FILE
from cab_core.store.paths import segment, segments
from cab_core.wire.reader import WireReader

from .cassette import digest_of

_SUFFIX = ".jsonl.zst"
_FEW = 3  # records in one message


@attrs.frozen(kw_only=True)
class Records:
    """Records below a path. `model`: whom their requests name; `protocols`: that they were spoken in."""

    path: Path
    several: bool
    model: str
    protocols: tuple[str, ...]
    sha256: str

    def of(self, cell: Cell) -> Path:
        """Return the record for a cell.

        Raises:
            UserError: of several none is that of this CLI, task, stack and attempt.
        """
        found = self.path / cassette_path(cell) if self.several else self.path
        if not found.exists():
            there = sorted(str(p.relative_to(self.path)).removesuffix(_SUFFIX) for p in _below(self.path))
            more = f" and {len(there) - _FEW} more" if len(there) > _FEW else ""
            wanted = str(cassette_path(cell)).removesuffix(_SUFFIX)
            raise UserError(f"{self.path} has no record of {wanted}; it has {', '.join(there[:_FEW])}{more}")
        return found


def cassette_path(cell: Cell) -> Path:
    """Return where a cell's record lies below a directory of them: CLI, task, stack, attempt."""
    stack = f"+{segment('+'.join(cell.stack))}" if cell.stack else ""
    return Path(segment(cell.tui), segments(cell.task), f"{stack}{cell.attempt}{_SUFFIX}")


def find_records(path: Path) -> Records:
    """Look at what a path holds: a cell's directory, a record, or a directory of records (`--record`).

    Raises:
        UserError: there is nothing there, it holds no record or those of several models, or is a directory
            of runs.
    """
    if not path.exists():
        raise UserError(f"replay:{path}: no such file or directory")
    one = path / WIRE_FILE if (path / WIRE_FILE).exists() else path
    paths = [one] if not one.is_dir() else sorted(_below(path))
    if not paths:
        raise UserError(
            f"replay:{path}: there is no record: expected the directory of a cell that has a {WIRE_FILE}, "
            "such a file, or a directory that `cab run --record` wrote"
        )
    if one.is_dir() and any(p.name == WIRE_FILE for p in paths):
        raise UserError(
            f"replay:{path}: these are runs: name the directory of one cell, or run with --record DIR for a "
            "record of each"
        )
    heads = [WireReader(p).head for p in paths]
    models = sorted({h.model for h in heads})
    if len(models) > 1:
        named = ", ".join(models)
        raise UserError(f"replay:{path}: its records are of several models: {named}; name those of one")
    protocols = tuple(sorted({h.protocol for h in heads}))
    digests = "".join(map(digest_of, paths))
    sha256 = digests if len(paths) == 1 else hashlib.sha256(digests.encode()).hexdigest()
    several = paths != [one]
    return Records(
        path=path if several else one, several=several, model=models[0], protocols=protocols, sha256=sha256
    )


def _below(path: Path) -> Iterator[Path]:
    return (p for p in path.rglob(f"*{_SUFFIX}") if p.is_file())
