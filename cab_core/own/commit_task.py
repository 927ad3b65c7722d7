"""A commit as a task: its parent's files are shown, its tests are hidden, and its source is the solution."""

from __future__ import annotations

import glob
import tempfile
from pathlib import Path

from cab_core.errors import UserError
from cab_core.records import GradeSpec, TaskDoc
from cab_core.records.task import Origin, ReferenceSpec, Section
from cab_core.safe_fs import make_directory
from cab_core.workdir.compare import compare
from cab_core.workdir.manifest import take_manifest
from cab_core.workdir.patch import write_patch

from .commits import Change, Commit, title_of
from .languages import is_package, language_of
from .mutant_task import protected, regions
from .pack import Draft
from .repository import Files, SourceFile, write_files
from .sound import TIMES

_OVERLAY, _PATCH = ReferenceSpec(kind="overlay"), "solution.patch"
_DOCUMENTS = ("*.md", "*.rst", "docs/*")  # may be touched without penalty
_NEW_TESTS = ("conftest.py", "*/conftest.py", "test_*", "*/test_*")  # are not taken either


def task_of(
    commit: Commit,
    change: Change,
    repository: str,
    prompt: str,
    grade: GradeSpec,
    by_products: tuple[str, ...],
) -> Draft:
    """Return the task of a commit, whose tests `grade` runs and leave `by_products` behind."""
    doc = TaskDoc(
        schema_version=1,
        title=title_of(commit.message) or f"A commit of {repository}",
        prompt=prompt,
        grade=grade,
        category="commit",
        tags=("commit",),
        expected_files=tuple(sorted(map(glob.escape, change.touched))),
        allowed_files=_allowed(change.work),
        by_products=by_products,
        protected=tuple(dict.fromkeys((*protected(change.unsolved), *_NEW_TESTS))),
        protected_regions=regions(change.work),
        reference=ReferenceSpec(kind="patch", file=_PATCH) if change.removed else _OVERLAY,
        origin=Origin(name=repository, licence="NOASSERTION", commit=commit.sha),
    )
    sections: dict[Section, Files] = {
        "workdir": change.work,
        "hidden": change.hidden,
        "solution": _as_patch(change) if change.removed else change.solution,
    }
    command = grade.commands[0]
    facts = {
        "commit": commit.sha,
        "fail_to_pass": len(command.fail_to_pass) or None,
        "pass_to_pass": len(command.pass_to_pass) or None,
        "files": len(change.touched),
        "validated": TIMES,
    }
    return Draft(name=commit.name, doc=doc, sections=sections, facts=facts)


def _as_patch(change: Change) -> Files:
    """Return the solution as a patch: files that replace others remove none.

    Raises:
        UserError: a file is too large for a patch.
    """
    with tempfile.TemporaryDirectory(prefix="cab-own-") as scratch:
        before, after = (make_directory(Path(scratch) / side) for side in ("before", "after"))
        write_files(before, {p: f for p in change.touched if (f := change.work.get(p))})
        write_files(after, change.solution)
        patch, changes = Path(scratch) / _PATCH, compare(take_manifest(before), take_manifest(after))
        changes = write_patch(changes, before, after, patch, Path(scratch) / "staging")
        if changes.left_out_of_patch:
            raise UserError(f"{changes.left_out_of_patch[0]} is too large for a patch")
        return {_PATCH: SourceFile(patch.read_bytes())}


def _allowed(work: Files) -> tuple[str, ...]:
    """Return what a fix may touch besides: all source by name, new files beside it, and documents.

    New files at the top are not taken: a `pytest.py` there would be what runs the tests.
    """
    source = [p for p in work if is_package(p)]
    beside = {f"{glob.escape(p.rpartition('/')[0])}/*{s}" for p in source for s in _suffixes(p) if "/" in p}
    return (*sorted(map(glob.escape, source)), *sorted(beside), *_DOCUMENTS)


def _suffixes(path: str) -> tuple[str, ...]:
    language = language_of(path)
    return language.suffixes if language else ()
