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
from typing import Any, TypeVar

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
    from_json,
    to_json,
)
from cab_core.records.schema import check

from .paths import attempt_path, segment

T = TypeVar("T")


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
        with part.open("w", encoding="utf-8") as file:
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


def read_json(path: Path, cls: type[T]) -> T:
    """Return the record of a JSON file that cab wrote.

    Raises:
        UserError: it is missing or is no such record.
    """
    try:
        return from_json(json.loads(path.read_text(encoding="utf-8")), cls)
    except Exception as exc:
        raise UserError(f"{path}: not a {cls.__name__} of this version of cab: {exc}") from exc


class Store:
    """A runs directory."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def begin(self, cell: Cell) -> Path:
        """Make and return the `.part` directory of a new try."""
        attempt = self.root / attempt_path(cell)
        attempt.mkdir(parents=True, exist_ok=True)
        numbers = [int(n) for p in attempt.iterdir() if (n := p.name.removesuffix(".part")).isdigit()]
        part = attempt / f"{max(numbers, default=0) + 1}.part"
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
        attempt = self.root / attempt_path(cell)
        found = [p for p in attempt.glob("*") if p.name.isdigit() and (p / "cell.json").is_file()]
        return sorted(found, key=lambda p: int(p.name))

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
        """
        base = self.root / segment(sweep) if sweep else self.root
        attempts: dict[Path, list[Path]] = {}
        for path in base.rglob("cell.json"):
            if path.parent.name.isdigit():
                attempts.setdefault(path.parent.parent, []).append(path.parent)
        for attempt in sorted(attempts):
            tries = ((path, read_json(path / "cell.json", CellResult)) for path in attempts[attempt])
            yield max(tries, key=lambda found: (found[1].standing, int(found[0].name)))

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
            file = (directory / ".lock").open("w")
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


def read_calls(directory: Path) -> tuple[ModelCall, ...]:
    """Return the calls of a cell; a last line that a killed runner left unfinished is passed over."""
    path = directory / "calls.jsonl"
    calls = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        with contextlib.suppress(json.JSONDecodeError):
            calls.append(from_json(json.loads(line), ModelCall))
    return tuple(calls)


def read_evidence(directory: Path) -> tuple[CellResult, Evidence]:
    """Return a finished cell and all that its scorers saw, read back from its directory."""
    result = read_json(directory / "cell.json", CellResult)

    def optional(name: str, cls: type[T]) -> T | None:
        return read_json(directory / name, cls) if (directory / name).exists() else None

    return result, Evidence(
        cell=result.cell,
        task=result.task,
        outcome=result.outcome,
        wall_ms=result.wall_ms,
        execution=result.execution,
        harvest=optional("harvest.json", Harvest),
        calls=read_calls(directory),
        changes=optional("changes.json", Changes),
        grade=optional("grade.json", Grade),
        refusal=result.refusal,
    )
