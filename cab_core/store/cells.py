"""Writing and reading cell directories: `<runs>/<sweep>/<tui>/<model>/<task>/<attempt>/<try>/`.

A running cell writes into `<try>.part`, which is renamed when it is finished. A rerun is another try;
earlier ones stay.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cab_core.errors import UserError
from cab_core.records import (
    OUTCOMES,
    Cell,
    CellResult,
    Changes,
    Evidence,
    Grade,
    Harvest,
    ModelCall,
    Outcome,
    to_json,
)
from cab_core.records.schema import check

from .paths import attempt_path, segment
from .reading import read_json, read_lines, read_optional


def write_json(path: Path, value: Any) -> None:
    """Write a record as JSON, whole or not at all. Names that are no UTF-8 survive as escapes."""
    write_whole(path, json.dumps(to_json(value), indent=1, ensure_ascii=True) + "\n")


def write_whole(path: Path, text: str) -> None:
    """Write a file, whole or not at all.

    Raises:
        OSError: it cannot be written; names the file.
    """
    part = path.with_name(path.name + ".tmp")
    try:
        part.unlink(missing_ok=True)  # what a killed runner left, or a link that somebody laid there
        with part.open("x", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    except OSError as exc:
        exc.filename = exc.filename or str(path)
        raise


def write_result(directory: Path, result: CellResult) -> None:
    """Write `cell.json`, after holding it against its schema."""
    check(to_json(result), CellResult, str(directory / "cell.json"))
    write_json(directory / "cell.json", result)


def try_number(name: str) -> int | None:
    """Return the number of a finished try by the name of its directory; None: it is no such name."""
    return int(name) if name.isascii() and name.isdigit() else None


def tries_in(attempt: Path) -> list[Path]:
    """Return the finished tries in the directory of an attempt, oldest first. A link is none."""
    found = [p for p in attempt.glob("*") if try_number(p.name) is not None and not p.is_symlink()]
    return sorted((p for p in found if os.path.lexists(p / "cell.json")), key=_number)


def _number(path: Path) -> int:
    return try_number(path.name) or 0


class Store:
    """A runs directory."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def begin(self, cell: Cell) -> Path:
        """Make and return the `.part` directory of a new try."""
        attempt = self.root / attempt_path(cell)
        attempt.mkdir(parents=True, exist_ok=True)
        numbers = (try_number(p.name.removesuffix(".part")) for p in attempt.iterdir())
        part = attempt / f"{max((n for n in numbers if n), default=0) + 1}.part"
        part.mkdir()
        return part

    def finish(self, part: Path, result: CellResult) -> Path:
        """Write the result and rename the directory; return where it now is."""
        write_result(part, result)
        final = part.with_suffix("")
        part.rename(final)
        return final

    def tries(self, cell: Cell) -> list[Path]:
        """Return the finished tries of a cell, oldest first."""
        return tries_in(self.root / attempt_path(cell))

    def voided(self, cell: Cell, content_key: str) -> tuple[Outcome, ...]:
        """Return the outcomes of the finished tries of the same that do not stand, oldest first."""
        results = (read_json(path / "cell.json", CellResult) for path in self.tries(cell))
        return tuple(r.outcome for r in results if r.content_key == content_key and OUTCOMES[r.outcome].retry)

    def verdict(self, cell: Cell, content_key: str, grader_key: str) -> tuple[Path, CellResult] | None:
        """Return the newest try with these keys whose outcome stands, or None where it must be run."""
        for path in reversed(self.tries(cell)):
            result = read_json(path / "cell.json", CellResult)
            same = (result.content_key, result.grader_key) == (content_key, grader_key)
            if same and not OUTCOMES[result.outcome].retry:
                return path, result
        return None

    def standing(self, sweep: str | None = None) -> Iterator[tuple[Path, CellResult]]:
        """Yield of every attempt the try that stands, in the order of the paths.

        A verdict stands before none, a sealed run before a provisional one, and then the latest: so a
        look at a cell without Docker takes nothing from one that can be cited.

        Raises:
            UserError: a `cell.json` cannot be read, or is no cell's result.
        """
        attempts: dict[Path, list[Path]] = {}
        for path in self._finished(sweep):
            attempts.setdefault(path.parent, []).append(path)
        for attempt in sorted(attempts):
            # `m/p` with `q/r` and `m` with `p/q/r` share a directory, and are two cells.
            cells: dict[str, list[tuple[Path, CellResult]]] = {}
            for path in attempts[attempt]:
                result = read_json(path / "cell.json", CellResult)
                cells.setdefault(result.cell.model, []).append((path, result))
            for tries in cells.values():
                yield max(tries, key=lambda found: (found[1].standing, _number(found[0])))

    def _finished(self, sweep: str | None) -> Iterator[Path]:
        """Yield the directories of finished tries. No link is followed, and nothing recurses."""
        base = self.root / segment(sweep) if sweep else self.root
        waiting = [base] if base == self.root or not base.is_symlink() else []
        while waiting:
            directory = waiting.pop()
            for entry in _entries(directory):
                if entry.name == "cell.json" and try_number(directory.name) is not None:
                    yield directory
                elif entry.is_dir(follow_symlinks=False):
                    waiting.append(Path(entry.path))

    def check_writable(self) -> None:
        """Look whether cells could be written here, before anything costly is done for them.

        Raises:
            UserError: they could not.
        """
        root = self.root.absolute()
        there = next(p for p in (root, *root.parents) if p.exists())
        try:
            tempfile.TemporaryFile(dir=there).close()
        except OSError as exc:
            raise self._unwritable(exc.strerror) from exc

    def _unwritable(self, reason: str | None) -> UserError:
        return UserError(f"--runs {self.root}: cannot be written to: {reason}")

    @contextlib.contextmanager
    def lock(self, sweep: str) -> Iterator[None]:
        """Hold the sweep's lock: one runner per sweep.

        Raises:
            UserError: another runner holds it.
        """
        directory = self.root / segment(sweep)
        try:
            directory.mkdir(parents=True, exist_ok=True)
            file = (directory / ".lock").open("a")  # nothing is cut off, wherever it leads
        except OSError as exc:
            raise self._unwritable(exc.strerror) from exc
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as exc:
                raise UserError(
                    f"sweep {sweep!r} in {self.root} is being run by another cab; "
                    "wait for it, or use another sweep_id or --runs"
                ) from exc
            yield


def _entries(directory: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(directory) as found:
            return list(found)
    except OSError:
        return []  # not ours to read, or below more levels than a path can name: no cell lies there


def read_evidence(directory: Path) -> tuple[CellResult, Evidence]:
    """Return a finished cell and all that its scorers saw, read back from its directory.

    Raises:
        UserError: a file of it cannot be read, or is no such record.
    """
    result = read_json(directory / "cell.json", CellResult)
    return result, Evidence(
        cell=result.cell,
        task=result.task,
        outcome=result.outcome,
        wall_ms=result.wall_ms,
        execution=result.execution,
        harvest=read_optional(directory / "harvest.json", Harvest),
        calls=tuple(read_lines(directory / "calls.jsonl", ModelCall)),
        changes=read_optional(directory / "changes.json", Changes),
        grade=read_optional(directory / "grade.json", Grade),
        refusal=result.refusal,
    )
