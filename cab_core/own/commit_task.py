"""A commit as a task: its parent's files are shown, its tests are hidden, and its source is the solution."""

from __future__ import annotations

import glob

from cab_core.records import GradeSpec, TaskDoc
from cab_core.records.task import Origin, Section

from .commits import Change, Commit
from .languages import is_package, language_of
from .mutant_task import protected, regions
from .pack import Draft
from .repository import Files
from .sound import TIMES

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
        title=f"A commit of {repository}",
        prompt=prompt,
        grade=grade,
        category="commit",
        tags=("commit",),
        expected_files=tuple(sorted(map(glob.escape, change.solution))),
        allowed_files=_allowed(change.work),
        by_products=by_products,
        protected=tuple(dict.fromkeys((*protected(change.unsolved), *_NEW_TESTS))),
        protected_regions=regions(change.work),
        origin=Origin(name=repository, licence="NOASSERTION", commit=commit.sha),
    )
    sections: dict[Section, Files] = {
        "workdir": change.work,
        "hidden": change.hidden,
        "solution": change.solution,
    }
    command = grade.commands[0]
    facts = {
        "commit": commit.sha,
        "fail_to_pass": len(command.fail_to_pass) or None,
        "pass_to_pass": len(command.pass_to_pass) or None,
        "files": len(change.solution),
        "validated": TIMES,
    }
    return Draft(name=commit.name, doc=doc, sections=sections, facts=facts)


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
