"""What the reference makes of the work dir, in whatever form the task has it: files, a patch or a program.

A patch is applied, and a program run, once: what it changed is kept by content below the cache, and is an
overlay from then on. So whoever needs the reference, a grader or a scripted model, knows one form alone.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

import attrs

from cab_core.cache import cache_root
from cab_core.errors import BadDocument, UserError
from cab_core.git import COPIES, copies, run_git, said_by
from cab_core.records import PackedTask, TaskFile
from cab_core.safe_fs import Tree

from .compare import compare
from .manifest import Manifest, take_manifest
from .materialise import materialise

_LIST = "reference.json"


@attrs.frozen
class Reference:
    """Files that replace those of the work dir, and paths in it that are removed."""

    files: tuple[TaskFile, ...]
    removed: tuple[str, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        """All that the reference touches."""
        return (*(f.path for f in self.files), *self.removed)

    def lay_over(self, work: Path) -> None:
        """Make the work dir, as the task ships it, what the reference makes of it."""
        for path in self.removed:  # first: a directory may come in the place of a file
            Tree(work).unlink(path)
        materialise(self.files, work)


def reference_of(task: PackedTask) -> Reference:
    """Return what the reference of a task makes of its work dir.

    Raises:
        BadDocument: its patch cannot be applied.
        UserError: it is a program that was not run yet; says what runs it.
    """
    spec = task.task.doc.reference
    if spec.kind == "overlay":
        return Reference(task.section("solution"))
    kept = _kept(task)
    if not kept.is_dir():
        if spec.kind == "script":
            raise UserError(
                f"task {task.task.id}: its reference is a program, which was not run yet: "
                f"`cab tasks validate {task.task.id}` runs it once and keeps what it makes"
            )
        with tempfile.TemporaryDirectory(prefix="cab-reference-") as scratch:
            _apply(task, Path(scratch) / "work")
    return _read(kept)


def is_made(task: PackedTask) -> bool:
    """Return whether `reference_of` need run nothing of the task's own."""
    return task.task.doc.reference.kind != "script" or _kept(task).is_dir()


def keep_made(task: PackedTask, before: Manifest, work: Path) -> Reference:
    """Keep what a task's own program made of `work`, which was `before`; return it."""
    changes = compare(before, take_manifest(work), task.task.doc.by_products).changes
    made = [c.path for c in changes if c.after is not None and c.after.type in ("file", "link")]
    _write(_kept(task), work, made, [c.path for c in changes if c.after is None])
    return _read(_kept(task))


def program_of(task: PackedTask) -> TaskFile:
    """Return the file of the reference, where it is a patch or a program."""
    [file] = [f for f in task.section("solution") if f.path == task.task.doc.reference.file]
    return file


def _apply(task: PackedTask, work: Path) -> None:
    materialise(task.section("workdir"), work)
    before, patch = take_manifest(work), program_of(task)
    if copies(Path(patch.source).read_bytes()):
        raise BadDocument(patch.source, [("(file)", f"it {COPIES}")])
    argv = ["apply", "--whitespace=nowarn", str(Path(patch.source).absolute())]
    # The work dir is a stranger's, and may look like a repository with filters of its own.
    done = run_git(argv, work, nowhere=True)
    if done.returncode != 0:
        raise BadDocument(patch.source, [("(file)", f"git cannot apply it to workdir/: {said_by(done)}")])
    keep_made(task, before, work)


def _kept(task: PackedTask) -> Path:
    """Return where the reference is kept: by all that it depends on."""
    sections = [f for f in task.files if f.section in ("workdir", "solution")]
    said = sorted([f.section, f.path, f.sha256, f.executable, f.link or ""] for f in sections)
    key = hashlib.sha256(json.dumps([said, task.task.doc.reference.file]).encode()).hexdigest()
    return cache_root() / "references" / key


def _write(kept: Path, work: Path, made: Iterable[str], removed: Iterable[str]) -> None:
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent, prefix=".part-") as part:
        files, tree = Path(part) / "kept/files", Tree(work)
        files.mkdir(parents=True)
        listed = []
        for number, path in enumerate(made):
            listed.append({"path": path, **_copy(tree, work, path, files / str(number))})
        text = json.dumps({"files": listed, "removed": list(removed)}, indent=1)
        (Path(part) / "kept" / _LIST).write_text(text + "\n", encoding="utf-8")
        try:
            (Path(part) / "kept").rename(kept)
        except OSError:  # another made it meanwhile
            if not kept.is_dir():
                raise


def _copy(tree: Tree, work: Path, path: str, target: Path) -> dict[str, object]:
    if (work / path).is_symlink():
        link = os.readlink(work / path)  # noqa: PTH115  (a text, not a path)
        return {"link": link, "sha256": hashlib.sha256(os.fsencode(link)).hexdigest()}
    with tree.open(path) as src, target.open("wb") as dst:
        shutil.copyfileobj(src, dst)
        executable = bool(os.fstat(src.fileno()).st_mode & 0o100)
    with target.open("rb") as file:
        return {"sha256": hashlib.file_digest(file, "sha256").hexdigest(), "executable": executable}


def _read(kept: Path) -> Reference:
    said = json.loads((kept / _LIST).read_text(encoding="utf-8"))
    files = (
        TaskFile(section="solution", source=str(kept / "files" / str(i)), **entry)
        for i, entry in enumerate(said["files"])
    )
    return Reference(tuple(files), tuple(said["removed"]))
