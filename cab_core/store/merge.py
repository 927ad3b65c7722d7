"""Putting runs directories together: finished tries, each whole or not at all.

What comes in may be a stranger's. Where a try goes follows from its own record, never from where it lay;
of its files those are copied that cab writes, read through no link; and a record that no reader takes is
told and left where it is. A try is staged beside the cells and renamed, so a merge that was killed is
finished by the same command.
"""

from __future__ import annotations

import os
import secrets
import shutil
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import attrs

from cab_core.durable import make_directories, rename, sync_files
from cab_core.errors import UserError
from cab_core.records import OUTCOMES, Cell, CellResult, CellSummary
from cab_core.records.marks import REGRADED, RESCORED
from cab_core.records.wire import WIRE_FILE
from cab_core.safe_fs import Tree, make_directory

from .cells import Store, write_result
from .paths import LEFTOVERS, attempt_path, segment
from .reading import read_optional, read_whole, record_of
from .standing import ACCEPTED, Accepted, accept, try_number

_STAGING = ".merging"  # in the directory of a sweep: what a killed merge left, and nothing else
_FILES = (
    "cell.json", "inputs.json", "changes.json", "changes.patch", "harvest.json", "grade.json", "calls.jsonl",
    WIRE_FILE, "observed.json", "spans.jsonl", "terminal.cast", "stdout.log", "stderr.log", "grade.log",
    "error.log",
)  # fmt: skip
_LARGEST = 4 << 30  # bytes of one cell
_MOST = 20_000  # files of leftovers


@attrs.frozen(kw_only=True)
class Conflict:
    """One cell with two verdicts on the same content. `stands`: the directory of the one that counts.

    `other_content`: the one that counted before the merge was of other content, and counts no more.
    """

    cell: str
    outcomes: tuple[str, ...]
    stands: str
    other_content: bool = False


@attrs.define
class Merged:
    """What a merge did. `refused`: tries that were not copied, by their directory, with the reason."""

    copied: int = 0
    there: int = 0
    refused: dict[str, str] = attrs.field(factory=dict)
    conflicts: list[Conflict] = attrs.field(factory=list)
    other_files: dict[str, int] = attrs.field(factory=dict)  # that cab does not write, by name


class _NoCell(Exception):
    """It is not as cab writes a cell."""


def merge_cells(source: Path, target: Store, sweeps: Sequence[str], merged: Merged) -> None:
    """Copy what another runs directory has of these sweeps and the target has not; their locks are held.

    Raises:
        OSError: the target cannot be written.
        UserError: a cell in the target cannot be read.
    """
    for sweep in sweeps:
        shutil.rmtree(target.root / segment(sweep) / _STAGING, ignore_errors=True)
    changed = dict[str, tuple[Cell, str]]()
    new = set[str]()
    for attempt, tries in _attempts(source):
        copies = dict[int, str | None]()
        for n, path in tries:
            copies[n] = _take(Path(path), source, target, sweeps, merged, changed, new, copies)
        _accept_as(attempt, copies, target, changed, new)
    for cell, before in changed.values():
        merged.conflicts += _conflicts(cell, before, target)


def sweeps_in(source: Path) -> list[str]:
    """Return the ids of the sweeps of which a runs directory has readable cells."""
    found, store = set[str](), Store(source)
    for path in store.finished():
        try:
            found.add(store.summary(path).cell.sweep_id)
        except UserError:
            continue
    return sorted(found)


def _attempts(source: Path) -> Iterator[tuple[Path, list[tuple[int, str]]]]:
    """Yield the directories that hold tries, with those, the oldest first; in a fixed order."""
    found: dict[str, list[tuple[int, str]]] = {}
    for path in Store(source).finished():
        above, _, name = path.rpartition("/")
        found.setdefault(above, []).append((try_number(name) or 0, path))
    yield from ((Path(above), sorted(found[above])) for above in sorted(found))


def _take(
    path: Path,
    source: Path,
    target: Store,
    sweeps: Sequence[str],
    merged: Merged,
    changed: dict[str, tuple[Cell, str]],
    new: set[str],
    copies: Mapping[int, str | None],
) -> str | None:
    """Copy a try unless it is there; return where it is in the target, None where it was refused.

    `changed`: the cells that had tries, with the one that stood before the source was read; empty for those
    in `new`, which had none by then. `copies`: where the older tries beside it are there, by their numbers.
    """
    try:
        found = Store(source).summary(path)
        tries = target.tries(found.cell)
        for there in tries:
            if _same(target.summary(there), found):
                merged.there += 1
                return there
        if found.cell.sweep_id not in sweeps:
            raise _NoCell("its sweep was not there when the merge began")
        if tries:
            _remember(found.cell, target, changed, new)
        copied = _copy(path, source, target, merged, copies)
    except (UserError, _NoCell) as exc:
        merged.refused[str(path)] = str(exc)
        return None
    merged.copied += 1
    if not tries:
        new.add(attempt_path(found.cell))
    return copied


def _remember(cell: Cell, target: Store, changed: dict[str, tuple[Cell, str]], new: set[str]) -> None:
    """Keep what stands of a cell before it is changed."""
    if (path := attempt_path(cell)) not in changed:
        changed[path] = cell, "" if path in new else target.stands(cell)


def _same(one: CellSummary, other: CellSummary) -> bool:
    """Tell whether two are of one try: of one run, with one verdict, but for what a rescore made of it."""
    if _identity(one) != _identity(other):
        return False
    return one.outcome == other.outcome or RESCORED in (*one.all_marks, *other.all_marks)


def _identity(found: CellSummary) -> tuple[object, ...]:
    keys = found.cell.key, found.content_key, found.grader_key
    return (*keys, found.started_at, found.ended_at, found.wall_ms, REGRADED in found.all_marks)


def _copy(path: Path, source: Path, target: Store, merged: Merged, copies: Mapping[int, str | None]) -> str:
    """Copy a try into the target, under the next number there.

    Raises:
        UserError: its record is none.
        _NoCell: one of its files is not as cab writes it.
        OSError: the target cannot be written.
    """
    said = read_whole(path / "cell.json")
    result = record_of(said, CellResult, f"{path}/cell.json")  # whole: a summary passes over faults
    attempt = target.root / attempt_path(result.cell)
    staging = target.root / segment(result.cell.sweep_id) / _STAGING / secrets.token_hex(8)
    make_directories(staging)
    try:
        _copy_files(path, Tree(source), path.relative_to(source), staging, merged)
        if read_whole(staging / "cell.json") != said:  # who wrote it may still write
            raise _NoCell("it changed while it was copied")
        if result.regraded is not None:  # the try that it speaks of may have another number here
            ran = try_number((copies.get(result.regraded.of_try) or "").rpartition("/")[2]) or 0
            write_result(staging, attrs.evolve(result, regraded=attrs.evolve(result.regraded, of_try=ran)))
        sync_files(staging)
        make_directories(attempt)
        final = attempt / str(_next_number(attempt))
        rename(staging, final)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return str(final)


def _next_number(attempt: Path) -> int:
    numbers = (try_number(p.name.removesuffix(".part")) for p in attempt.iterdir())
    return max((n for n in numbers if n), default=0) + 1


def _copy_files(path: Path, tree: Tree, below: Path, staging: Path, merged: Merged) -> None:
    budget = _LARGEST
    for entry in sorted(os.scandir(path), key=lambda e: e.name):
        if entry.name in _FILES:
            budget = _copy_file(tree, below / entry.name, staging / entry.name, budget)
        elif entry.name == LEFTOVERS and entry.is_dir(follow_symlinks=False):
            budget = _copy_leftovers(tree, below / LEFTOVERS, staging, budget)
        else:
            merged.other_files[entry.name] = merged.other_files.get(entry.name, 0) + 1


def _copy_leftovers(tree: Tree, below: Path, staging: Path, budget: int) -> int:
    """Copy the regular files that a CLI had left; links among them stay where they are."""
    waiting, files = [below], 0
    while waiting:
        directory = waiting.pop()
        make_directory(staging / directory.relative_to(below.parent), parents=True)
        with tree.parent(str(directory / "x")) as (fd, _):
            entries = sorted(os.scandir(fd), key=lambda e: e.name)
            kinds = [(e.name, e.stat(follow_symlinks=False).st_mode) for e in entries]
        for name, mode in kinds:
            files += 1
            if files > _MOST:
                raise _NoCell(f"{LEFTOVERS} has more than {_MOST:,} files")
            if stat.S_ISDIR(mode):
                waiting.append(directory / name)
            elif stat.S_ISREG(mode):
                to = staging / (directory / name).relative_to(below.parent)
                budget = _copy_file(tree, directory / name, to, budget)
    return budget


def _copy_file(tree: Tree, source: Path, to: Path, budget: int) -> int:
    """Copy a file; return how many bytes of the cell may still come."""
    try:
        file = tree.open(str(source))
    except (OSError, ValueError) as exc:
        raise _NoCell(f"{source.name}: {getattr(exc, 'strerror', None) or exc}") from exc
    with file, to.open("xb") as out:
        for block in iter(lambda: file.read(1 << 20), b""):
            budget -= len(block)
            if budget < 0:
                raise _NoCell(f"it has more than {_LARGEST >> 30} GiB")
            out.write(block)
    return budget


def _accept_as(
    attempt: Path,
    copies: dict[int, str | None],
    target: Store,
    changed: dict[str, tuple[Cell, str]],
    new: set[str],
) -> None:
    """Let an older try stand in the target as well, where a later command had taken it for done."""
    try:
        said = read_optional(attempt / ACCEPTED, Accepted)
    except UserError:
        return
    found, newest = (copies.get(said.accepted), copies.get(said.newest)) if said else (None, None)
    if found is None or newest is None:
        return
    cell = target.summary(found).cell
    tries = target.tries(cell)
    if tries[-1] == newest:  # else the target has something newer to say
        _remember(cell, target, changed, new)
        accept(found, tries)


def _conflicts(cell: Cell, before: str, target: Store) -> Iterator[Conflict]:
    now = target.stands(cell)
    was, is_now = target.summary(before or now), target.summary(now)
    if (was.content_key, was.grader_key) != (is_now.content_key, is_now.grader_key):
        both = (was.outcome, is_now.outcome)
        yield Conflict(cell=cell.cell_id, outcomes=both, stands=now, other_content=True)
    found: dict[tuple[str, str], list[tuple[str, CellSummary]]] = {}
    for path in target.tries(cell):
        summary = target.summary(path)
        if not OUTCOMES[summary.outcome].retry:
            found.setdefault((summary.content_key, summary.grader_key), []).append((path, summary))
    for tries in found.values():
        outcomes = tuple(s.outcome for _, s in tries)
        if len(set(outcomes)) > 1:
            yield Conflict(cell=cell.cell_id, outcomes=outcomes, stands=now)
