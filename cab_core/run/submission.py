"""What is taken from the agent: its changes laid over a pristine tree, as far as the task allows."""

from __future__ import annotations

import glob
import os
import shutil
from pathlib import Path

import attrs

from cab_core.records import Change, Changes, Entry, PackedTask, TaskDoc, TaskFile
from cab_core.safe_fs import FILE, PROGRAM, BelowLink, Tree
from cab_core.workdir.compare import matches
from cab_core.workdir.materialise import materialise

from .protected import Protected
from .regions import RegionViolation, restore

_LARGEST = 64 << 20  # bytes of one file that is taken
_MOST = 512 << 20  # bytes of all of them
PROTECTED = "protected: the task's own file was graded"
_LONGEST = 4095  # bytes of a path: what is laid out by descriptor must also be found by name


@attrs.define
class Submission:
    """The tree to be graded, and what was taken, refused and noted on the way. `broken`: no fix at all."""

    tree: Path
    taken: list[str] = attrs.field(factory=list)
    refused: dict[str, str] = attrs.field(factory=dict)
    notes: list[str] = attrs.field(factory=list)
    broken: str | None = None


def assemble(task: PackedTask, changes: Changes, left: Path, tree: Path) -> Submission:
    """Lay the pristine work dir out at `tree`, with the hidden files, and the agent's changes over it.

    What an agent left under the name of a hidden file is not taken.
    """
    materialise(_own(task).values(), tree)
    submission, doc, protected = Submission(tree), task.task.doc, _protected(task)
    budgets = {True: _MOST, False: _MOST}  # of what is expected, and of what is allowed beside it
    # What goes makes space for what comes: a file where a directory was.
    for change in sorted(changes.changes, key=lambda c: c.after is not None):
        size, expected = change.after.size if change.after else 0, matches(change.path, doc.expected_files)
        reason = _why_not(doc, protected, change)
        if len(os.fsencode(tree / change.path)) > _LONGEST:
            reason = reason or "too long a path where it is graded"
        if reason is None and size > budgets[expected]:
            reason = "more than is taken in all"
        if reason is None:
            budgets[expected] -= size  # what is not taken costs nothing
        else:
            submission.refused[change.path] = reason
            continue
        try:
            _apply(doc, change, Tree(left), submission)
        except BelowLink as exc:
            # What the task links to may be protected, or lie outside of the tree.
            submission.refused[change.path] = f"{exc.strerror}: a file is taken under its own name alone"
        except OSError as exc:
            # A path that is too long there, or stands in the place of something that is not taken.
            submission.refused[change.path] = f"cannot be laid over the task's own files: {exc.strerror}"
        except RegionViolation as exc:
            submission.broken = str(exc)
            submission.notes.append(str(exc))
    return submission


def taken(task: PackedTask, changes: Changes) -> list[Change]:
    """Return the changes whose content the task takes, and so the verdict rests on, as far as space lasts."""
    protected = _protected(task)
    return [c for c in changes.changes if c.after and _why_not(task.task.doc, protected, c) is None]


def _own(task: PackedTask) -> dict[str, TaskFile]:
    return {f.path: f for f in (*task.section("workdir"), *task.section("hidden"))}


def _protected(task: PackedTask) -> Protected:
    hidden = (glob.escape(f.path) for f in task.section("hidden"))
    return Protected((*task.task.doc.protected, *hidden), _own(task).values())


def _why_not(doc: TaskDoc, protected: Protected, change: Change) -> str | None:
    if protected.covers(change):
        return PROTECTED
    if not matches(change.path, (*doc.expected_files, *doc.allowed_files)):
        return "not among the files that the task takes"
    if change.after is not None and change.after.type != "file":
        return f"a {change.after.type}, not a regular file"
    if change.after is not None and change.after.size > _LARGEST:
        return f"larger than {_LARGEST >> 20} MiB"
    return None


def _apply(doc: TaskDoc, change: Change, left: Tree, submission: Submission) -> None:
    tree = Tree(submission.tree)
    regions = [r for r in doc.protected_regions if r.file == change.path]
    if change.after is None:
        if regions:
            raise RegionViolation(f"{change.path}: removed, with its protected region")
        tree.unlink(change.path)
    elif regions:
        text, notes = restore(_text(tree, change.path), _text(left, change.path), regions)
        tree.write(change.path, text.encode("utf-8", "surrogateescape"), _mode(change.before))
        submission.notes += notes
    else:
        with left.open(change.path) as src, tree.create(change.path, _mode(change.after)) as dst:
            shutil.copyfileobj(src, dst)
    submission.taken.append(change.path)


def _text(tree: Tree, path: str) -> str:
    with tree.open(path) as file:
        return file.read().decode("utf-8", "surrogateescape")


def _mode(entry: Entry | None) -> int:
    return PROGRAM if entry is not None and entry.mode & 0o100 else FILE
