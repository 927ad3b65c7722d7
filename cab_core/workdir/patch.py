"""The changes of a work dir as one git patch, with binary files, modes and links."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import attrs

from cab_core.errors import SandboxError
from cab_core.git import NOWHERE
from cab_core.records import Change, Changes, Entry
from cab_core.safe_fs import FILE, PROGRAM, Tree, make_directory

from .deciding import NOTHING, OTHER, Deciding

MAX_FILE = 4 << 20  # bytes of a file whose content goes into a patch
MAX_TOTAL = 32 << 20  # bytes of all of them
MAX_FILES = 20_000
PATIENCE_S = 60  # with git, which takes quadratic time for lines that were made for it
_GIT_ENV = {**NOWHERE, "LC_ALL": "C", "PATH": os.environ.get("PATH", "")}

Counts = dict[str, tuple[int | None, int | None]]
Clean = Callable[[bytes], bytes]


class _NoPatch(Exception):
    """git could not do it with what the agent made."""


def write_patch(
    changes: Changes,
    before: Path,
    after: Path,
    target: Path,
    staging: Path,
    first: Deciding = NOTHING,
    clean: Clean = bytes,
) -> Changes:
    """Write `changes.patch` (for `git apply`) and return the changes with line counts.

    `before` is a pristine tree, `staging` where both sides are laid out for git; `clean` takes what must not
    be written out of contents and names. What decides comes first. What is too large or too much, or of a
    kind that a patch cannot hold, is named in `left_out_of_patch`; where git fails or takes longer than a
    minute, that is all but what decides, or everything: no agent shall void its cell by what is hard to
    compare.

    Raises:
        SandboxError: git is missing.
    """
    # Of what an agent multiplies, what was there before says most.
    order = sorted(changes.changes, key=lambda c: (first.rank(c.path), c.before is None))
    notes: list[str] = []
    for number, tried in enumerate((order, [c for c in order if first.kind(c.path) != OTHER], [])):
        try:
            held = _diff(tried, Tree(before), Tree(after), target, staging / str(number), clean)
        except _NoPatch as exc:
            notes.append(str(exc))
            continue
        left_out = tuple(c.path for c in order if c.path not in held)
        counted = tuple(_counted(change, held) for change in changes.changes)
        said = (*changes.notes, *dict.fromkeys(notes))
        return attrs.evolve(changes, changes=counted, left_out_of_patch=left_out, notes=said)
    raise AssertionError("nothing can be compared with nothing")


def _diff(
    changes: list[Change], before: Tree, after: Tree, target: Path, staging: Path, clean: Clean
) -> Counts:
    """Write the patch of these changes, as many as there is space for; return the lines of each in it."""
    old, new = (Tree(make_directory(staging / side, parents=True)) for side in ("a", "b"))
    held: Counts = dict.fromkeys(_stage(changes, (before, old), (after, new), clean), (None, None))
    with target.open("w+b") as file:
        if held:
            _git(str(staging), ["--binary", "--full-index"], file.fileno())
            _clean_names(file, clean)
    return {**held, **_counts(str(staging))} if held else held


def _counted(change: Change, counts: Counts) -> Change:
    added, removed = counts.get(change.path, (None, None))
    return attrs.evolve(change, lines_added=added, lines_removed=removed)


def _clean_names(file: BinaryIO, clean: Clean) -> None:
    """Clean a patch whose contents are clean: what is left are names."""
    file.seek(0)
    data = file.read()
    if (public := clean(data)) != data:
        file.seek(0)
        file.truncate()
        file.write(public)


def _stage(
    changes: list[Change], old: tuple[Tree, Tree], new: tuple[Tree, Tree], clean: Clean
) -> Iterator[str]:
    """Copy what changed, each side from one tree to another; yield what there was space for."""
    budget, files = MAX_TOTAL, MAX_FILES
    for change in changes:
        size = sum(e.size for e in (change.before, change.after) if e)
        if not _holdable(change) or size > MAX_FILE or size > budget or not files:
            continue
        budget, files = budget - size, files - 1
        try:
            if change.before:
                _copy(change.before, change.path, *old, clean)
            if change.after:
                _copy(change.after, change.path, *new, clean)
        except OSError:
            for tree in (old[1], new[1]):
                tree.unlink(change.path)  # one side alone would be another change
        else:
            yield change.path


def _holdable(change: Change) -> bool:
    return all(e.type in ("file", "link") for e in (change.before, change.after) if e)


def _copy(entry: Entry, path: str, source: Tree, target: Tree, clean: Callable[[bytes], bytes]) -> None:
    if entry.type == "link":
        target.link(path, os.fsdecode(clean(os.fsencode(entry.target or ""))))
        return
    with source.open(path) as src, target.create(path, PROGRAM if entry.mode & 0o100 else FILE) as dst:
        dst.write(clean(src.read()))  # of a limited size


def _git(cwd: str, options: list[str], stdout: int) -> bytes:
    argv = ["git", "-c", "core.quotePath=true", "-c", "core.attributesFile=/dev/null"]
    argv += ["diff", "--no-index", "--no-renames", "--no-ext-diff", "--no-textconv", "--no-color"]
    # a/ and b/ are the directories themselves: the patch then has the usual prefixes.
    argv += [*options, "--no-prefix", "a", "b"]
    try:
        done = subprocess.run(
            argv,
            cwd=cwd,
            env=_GIT_ENV,
            stdout=stdout,
            stderr=subprocess.PIPE,
            check=False,
            timeout=PATIENCE_S,
        )
    except OSError as exc:
        raise SandboxError(f"git is needed to write the patch: {exc}") from exc
    except subprocess.TimeoutExpired as exc:
        raise _NoPatch(f"no patch: git was not done with it after {PATIENCE_S} s") from exc
    if done.returncode not in (0, 1):
        said = done.stderr.decode("utf-8", "replace").strip()[:500]
        raise _NoPatch(f"no patch: git diff failed: {said}")
    return done.stdout or b""


def _counts(cwd: str) -> Counts:
    """Return (added, removed) by path; None for binary files. `-z` leaves names as they are."""
    fields = _git(cwd, ["--numstat", "-z"], subprocess.PIPE).split(b"\0")
    counts = {}
    for head, a, b in zip(fields[::3], fields[1::3], fields[2::3], strict=False):
        added, removed, _ = head.split(b"\t", 2)
        name = (b if b != b"/dev/null" else a).split(b"/", 1)[-1]
        counts[os.fsdecode(name)] = (_number(added), _number(removed))
    return counts


def _number(text: bytes) -> int | None:
    return None if text == b"-" else int(text)
