"""What a finished try keeps of an agent's work: enough to judge it again, or the reason why it is not.

A cell directory may be a stranger's. So what `changes.patch` makes of the task's own tree is held against
the hashes in `changes.json`: what is not exactly what the agent left is judged by nobody.
"""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import attrs

from cab_core.errors import BadDocument, UserError
from cab_core.git import COPIES, copies, run_git, said_by
from cab_core.records import Change, Changes, Inputs, PackedTask
from cab_core.safe_fs import Tree
from cab_core.store.reading import read_optional, read_start
from cab_core.workdir.materialise import materialise
from cab_core.workdir.patch import MAX_FILE, MAX_TOTAL, PATIENCE_S

from .submission import taken

PATCH = "changes.patch"
_LARGEST = 3 * MAX_TOTAL  # bytes of a patch, whose text is longer than the contents
# What a task says of its judging by which what was found of the agent's work was already sifted.
_SIFTED_BY = ("refusal", "by_products")


class NotKept(Exception):
    """What a try keeps is not enough to judge its work again; says why."""


@attrs.frozen
class KeptWork:
    """A work dir as an agent left it. `lacking`: paths that are not there, and no verdict rests on."""

    work: Path
    changes: Changes
    lacking: frozenset[str]


def kept_changes(directory: Path, task: PackedTask, now: Inputs) -> Changes:
    """Return what changed in a finished try, of which all that a verdict would rest on is kept.

    `now`: the inputs by which it would be judged.

    Raises:
        NotKept: it is not.
    """
    try:
        before = read_optional(directory / "inputs.json", Inputs)
        changes = read_optional(directory / "changes.json", Changes)
    except UserError as exc:
        raise NotKept(str(exc)) from exc
    if before is None or changes is None:
        raise NotKept(f"it has no {'inputs' if before is None else 'changes'}.json")
    for part in _SIFTED_BY:
        if before.grader.doc.get(part) != now.grader.doc.get(part):
            raise NotKept(f"grader.doc.{part} is another, and what was held against it then is not kept")
    if changes.cut:
        raise NotKept("there was more in the work dir than was looked at")
    _check_held(taken(task, changes), set(changes.left_out_of_patch))
    return changes


def _check_held(decisive: list[Change], left_out: set[str]) -> None:
    for change in decisive:
        if change.path in left_out:
            raise NotKept(f"{PATCH} was cut: it does not hold {change.path}, which the task takes")


def lay_out(directory: Path, task: PackedTask, changes: Changes, work: Path) -> KeptWork:
    """Make `work` what the agent left in a finished try.

    Raises:
        NotKept: the patch cannot be laid over the task's tree, or makes something else of it.
    """
    try:
        materialise(task.section("workdir"), work)
        patch, size = read_start(directory / PATCH, _LARGEST)
    except (BadDocument, UserError) as exc:
        raise NotKept(str(exc)) from exc
    if size > _LARGEST:
        raise NotKept(f"{PATCH} has {size:,} bytes; cab writes at most {_LARGEST:,}")
    if patch:
        _apply(patch, work)
    lacking = frozenset(c.path for c in changes.changes if not _is_there(c, Tree(work)))
    for change in taken(task, changes):
        if change.path in lacking:
            raise NotKept(f"{PATCH} does not make {change.path} what the agent left")
    return KeptWork(work, changes, lacking)


def _apply(patch: bytes, work: Path) -> None:
    if copies(patch):
        raise NotKept(f"{PATCH} {COPIES}")
    # Names that other systems give a meaning to are names here, as they were where the agent wrote them.
    argv = [
        "-c",
        "core.protectNTFS=false",
        "-c",
        "core.protectHFS=false",
        "apply",
        "--whitespace=nowarn",
        "-",
    ]
    try:
        done = run_git(argv, work, patch, nowhere=True, largest=MAX_FILE, patience_s=PATIENCE_S)
    except subprocess.TimeoutExpired as exc:
        raise NotKept(f"git was not done with {PATCH} after {PATIENCE_S} s") from exc
    if done.returncode != 0:
        raise NotKept(f"git cannot apply {PATCH} to the task's tree: {said_by(done)}")


def _is_there(change: Change, tree: Tree) -> bool:
    """Tell whether a file is what the agent left. What is no regular file is never read from here."""
    if change.after is None or change.after.type != "file":
        return True
    try:
        with tree.open(change.path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == change.after.sha256
    except (OSError, ValueError):
        return False
