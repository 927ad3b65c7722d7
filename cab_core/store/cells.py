"""Writing and reading cell directories: `<runs>/<sweep>/<tui>/<model>/<task>/@<variant>/<attempt>/<try>/`.

A running cell writes into `<try>.part`, which is renamed when it is finished. A rerun is another try;
earlier ones stay.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from cab_core.durable import make_directories, rename, sync_files, write_whole
from cab_core.errors import UserError
from cab_core.leases import Lease, LeaseHeld, shared
from cab_core.records import (
    OUTCOMES,
    Cell,
    CellKey,
    CellResult,
    CellSummary,
    Changes,
    Evidence,
    Grade,
    Harvest,
    ModelCall,
    Observed,
    Voided,
    to_json,
)
from cab_core.records.schema import check

from .paths import attempt_path, former_attempt_path, is_variant, segment
from .reading import read_json, read_lines, read_optional, read_summary
from .standing import age, choose, try_number

R = TypeVar("R", CellResult, CellSummary)


def write_json(path: Path, value: Any) -> None:
    """Write a record as JSON, whole or not at all. Names that are no UTF-8 survive as escapes."""
    _write(path, to_json(value))


def write_result(directory: Path, result: CellResult) -> None:
    """Write `cell.json`, after holding it against its schema."""
    value, path = to_json(result), directory / "cell.json"
    check(value, CellResult, str(path))
    _write(path, value)


def _write(path: Path, value: dict[str, Any]) -> None:
    """Write a line for each key, for people who look or compare: to indent all costs ten times as much."""
    lines = ",\n".join(f" {json.dumps(key)}: {json.dumps(inner)}" for key, inner in value.items())
    write_whole(path, f"{{\n{lines}\n}}\n")


def tries_in(attempt: str | Path) -> list[str]:
    """Return the finished tries in the directory of an attempt, oldest first. A link is none.

    They are texts: of a hundred thousand a `Path` would take three times as much.
    """
    found = [e for e in _entries(attempt) if try_number(e.name) is not None and not e.is_symlink()]
    tries = [e.path for e in found if os.path.lexists(f"{e.path}/cell.json")]
    return sorted(tries, key=age) if len(tries) > 1 else tries


def _address(path: str) -> str:
    """Return the directory that all variants of a cell share, by one of its finished tries."""
    above = path.rsplit("/", 2)[0]
    parent, _, name = above.rpartition("/")
    return parent if is_variant(name) else above


class Store:
    """A runs directory."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def begin(self, cell: Cell) -> Path:
        """Make and return the `.part` directory of a new try."""
        attempt = self.root / attempt_path(cell)
        make_directories(attempt)
        while True:
            numbers = (try_number(p.name.removesuffix(".part")) for p in attempt.iterdir())
            part = attempt / f"{max((n for n in numbers if n), default=0) + 1}.part"
            try:
                part.mkdir()
            except FileExistsError:
                continue  # somebody else began a try at this moment
            return part

    def finish(self, part: Path, result: CellResult) -> Path:
        """Write the result and rename the directory; return where it now is.

        When this returns, a power cut takes nothing of the cell.
        """
        write_result(part, result)
        sync_files(part)
        final = part.with_suffix("")
        rename(part, final)
        return final

    def tries(self, cell: Cell) -> list[str]:
        """Return the finished tries of a cell, oldest first: those of an earlier cab, then our own."""
        found = tries_in(f"{self.root}/{former_attempt_path(cell)}")
        former = [p for p in found if self.summary(p).cell.key == cell.key]
        return former + tries_in(f"{self.root}/{attempt_path(cell)}")

    def result(self, directory: str | Path) -> CellResult:
        """Return the result of a finished try.

        Raises:
            UserError: it cannot be read, or is no cell's result.
        """
        return read_json(Path(directory, "cell.json"), CellResult)

    def summary(self, directory: str | Path) -> CellSummary:
        """Return what a table shows of a finished try.

        Raises:
            UserError: its result cannot be read, or is none.
        """
        return read_summary(f"{directory}/cell.json")

    def voided(self, cell: Cell, content_key: str, but: str = "") -> Voided:
        """Return the finished tries of the same that do not stand; `but`: the directory of one that may."""
        results = (self.summary(path) for path in self.tries(cell) if path != but)
        return Voided.of(r for r in results if r.content_key == content_key)

    def verdict(
        self, tries: Sequence[str], content_key: str, grader_key: str
    ) -> tuple[str, CellSummary] | None:
        """Return the newest of a cell's tries with these keys whose outcome stands, or None."""
        for path in reversed(tries):
            result = self.summary(path)
            same = (result.content_key, result.grader_key) == (content_key, grader_key)
            if same and not OUTCOMES[result.outcome].retry:
                return path, result
        return None

    def stands(self, cell: Cell) -> str:
        """Return the directory of the try that stands, of a cell that has one."""
        return choose([(path, self.summary(path)) for path in self.tries(cell)])[0]

    def standing(self, sweep: str | None = None) -> Iterator[tuple[Path, CellResult]]:
        """Yield of every cell the try that stands (see `standing.choose`), in the order of the paths.

        Raises:
            UserError: a `cell.json` cannot be read, or is no cell's result.
        """
        return self._standing(sweep, self.result)

    def summaries(self, sweep: str | None = None) -> Iterator[tuple[Path, CellSummary]]:
        """Yield what `standing` does, in short.

        Raises:
            UserError: a `cell.json` cannot be read, or is no cell's result.
        """
        return self._standing(sweep, self.summary)

    def _standing(self, sweep: str | None, read: Callable[[str], R]) -> Iterator[tuple[Path, R]]:
        # By address, so that not all results of a large store are held at once.
        by_address: dict[str, list[str]] = {}
        for path in self.finished(sweep):
            by_address.setdefault(_address(path), []).append(path)
        for address in sorted(by_address, key=lambda path: path.split("/")):  # as paths compare
            cells: dict[CellKey, list[tuple[str, R]]] = {}
            tries = by_address[address]
            for path in sorted(tries, key=age) if len(tries) > 1 else tries:
                result = read(path)
                cells.setdefault(result.cell.key, []).append((path, result))
            for _, tried in sorted(cells.items()) if len(cells) > 1 else cells.items():
                path, result = choose(tried)
                yield Path(path), result

    def finished(self, sweep: str | None = None) -> Iterator[str]:
        """Yield the directories of finished tries. No link is followed, and nothing recurses."""
        base = self.root / segment(sweep) if sweep else self.root
        waiting = [str(base)] if base == self.root or not base.is_symlink() else []
        while waiting:
            directory = waiting.pop()
            numbered = try_number(directory.rpartition("/")[2]) is not None
            for entry in _entries(directory):
                if numbered and entry.name == "cell.json":
                    yield directory
                elif entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)

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
    def lock(self, sweep: str, shard: str = "") -> Iterator[None]:
        """Hold the sweep's lock: one runner per sweep, or one for each of its shards, such as `1/3`.

        Raises:
            UserError: another runner holds it.
        """
        directory = self.root / segment(sweep)
        if directory.is_symlink():
            raise UserError(f"{directory} is a link: cab writes a sweep into a directory of its own")
        with contextlib.ExitStack() as held:
            try:
                make_directories(directory)
                if shard:
                    held.enter_context(shared(directory / ".lock"))
                lease = Lease(directory / (f".lock-{shard.replace('/', '-of-')}" if shard else ".lock"))
                held.callback(lease.release, keep=True)
            except LeaseHeld as exc:
                what = f"shard {shard} of sweep {sweep!r}" if shard else f"sweep {sweep!r}"
                raise UserError(
                    f"{what} in {self.root} is being run by another cab ({exc}); "
                    "wait for it, or use another sweep_id or --runs"
                ) from exc
            except OSError as exc:
                if exc.errno in (errno.ENOSPC, errno.EDQUOT):
                    exc.filename = str(directory / ".lock")
                    raise  # trouble of the disk, and no mistake
                raise self._unwritable(exc.strerror) from exc
            yield


def _entries(directory: str | os.PathLike[str]) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(directory) as found:
            return list(found)
    except OSError:
        return []  # not ours to read, or below more levels than a path can name: no cell lies there


def read_evidence(directory: Path, calls: tuple[ModelCall, ...] | None = None) -> tuple[CellResult, Evidence]:
    """Return a finished cell and all that its scorers saw, read back from its directory.

    `calls`: those of it that were read already.

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
        calls=tuple(read_lines(directory / "calls.jsonl", ModelCall)) if calls is None else calls,
        changes=read_optional(directory / "changes.json", Changes),
        grade=read_optional(directory / "grade.json", Grade),
        refusal=result.refusal,
        observed=read_optional(directory / "observed.json", Observed),
    )
