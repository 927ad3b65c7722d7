"""What the schema of a task cannot say: what is named must be there, what is asked for must be possible."""

from __future__ import annotations

import os
import posixpath
import stat
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from cab_core.errors import BadDocument
from cab_core.records import LateFiles, PackedTask

from .artefacts import artefact_problems
from .commands import command_problems
from .listing import LARGEST
from .toolchains import requirement_fault

_EXPECTED = "expected one relative to the work dir, such as 'src/a.py' or 'src/*'"
Problem = tuple[str, str]  # key, what is wrong
T = TypeVar("T")


def check_task(packed: PackedTask, where: str) -> None:
    """Refuse a task that cannot be judged as it is written; `where` says where it is written.

    One that cannot be had at all is judged nowhere; of one whose files come late, see `catalog.made`.

    Raises:
        BadDocument: with every problem, by its key.
    """
    if packed.task.doc.unavailable is not None or isinstance(packed.files, LateFiles):
        return
    if problems := list(_problems(packed)):
        raise BadDocument(where, problems)


def each_by_itself(
    names: Iterable[T], read: Callable[[T], PackedTask], stand_in: Callable[[T, str], PackedTask]
) -> list[PackedTask]:
    """Return a task for each name; what stands in for one that cannot be read is given the reason.

    Raises:
        BadDocument: none of them can be read: then it is no pack.
    """
    tasks, faults = list[PackedTask](), list[BadDocument]()
    for name in names:
        try:
            tasks.append(read(name))
        except BadDocument as exc:
            faults.append(exc)
            tasks.append(stand_in(name, str(exc)))
    if faults and len(faults) == len(tasks):
        raise faults[0]
    return tasks


def _problems(packed: PackedTask) -> Iterator[Problem]:
    doc = packed.task.doc
    work = {f.path for f in packed.section("workdir")}
    yield from _file_problems(packed)
    yield from _pattern_problems(packed)
    if doc.work_at is not None and doc.work_at != posixpath.normpath(doc.work_at):
        yield "work_at", f"{doc.work_at!r}: expected a path without '.' and '..'"
    for i, region in enumerate(doc.protected_regions):
        if region.file not in work:
            yield f"protected_regions[{i}].file", f"{region.file!r} is not in workdir/"
    for i, requirement in enumerate(doc.grade.requires):
        if why := requirement_fault(requirement):
            yield f"grade.requires[{i}]", why
    yield from command_problems(packed)
    yield from artefact_problems(doc.grade.commands)
    yield from _refusal_problems(packed)
    yield from _reference_problems(packed)
    if not work and not doc.allowed_files:  # with them, making new files may be all that is asked
        yield "workdir/", "there is no file in it; the agent needs something to work on"


def _file_problems(packed: PackedTask) -> Iterator[Problem]:
    left = LARGEST
    for file in packed.files:
        if file.path.startswith("/") or {"", ".", ".."} & set(file.path.split("/")):
            yield ascii(file.path)[1:-1], "a task's file must lie inside the task"
        try:
            found = os.lstat(file.source)
        except OSError as exc:
            yield file.path, f"listed, but cannot be read: {exc.strerror}"
            continue
        # A wheel turns a link into a copy of its target: what the list says is made again when laid out.
        if not (stat.S_ISREG(found.st_mode) or stat.S_ISLNK(found.st_mode)):
            yield file.path, "listed, but is neither a regular file nor a link"
        left -= found.st_size
        if left < 0:
            yield file.path, f"with its {found.st_size:,} bytes the task has more than {LARGEST >> 20} MiB"
            return


def _pattern_problems(packed: PackedTask) -> Iterator[Problem]:
    """Yield patterns that no path in the work dir can match: they would silently hold for nothing."""
    doc = packed.task.doc
    keys = ("expected_files", "allowed_files", "by_products", "protected")
    said = [(key, getattr(doc, key)) for key in keys]
    said += [("integrity.watched", doc.integrity.watched)] if doc.integrity else []
    for key, patterns in said:
        for i, pattern in enumerate(patterns):
            if {"", ".", ".."} & set(pattern.split("/")):
                yield f"{key}[{i}]", f"{pattern!r} matches no path; {_EXPECTED}"


def _reference_problems(packed: PackedTask) -> Iterator[Problem]:
    spec = packed.task.doc.reference
    if (spec.kind == "overlay") != (spec.file is None):
        said = (
            "an overlay is all of solution/"
            if spec.file
            else f"kind {spec.kind!r} needs its file in solution/"
        )
        yield "reference.file", said
    elif spec.file is not None and spec.file not in {f.path for f in packed.section("solution")}:
        yield "reference.file", f"{spec.file!r} is not in solution/"


def _refusal_problems(packed: PackedTask) -> Iterator[Problem]:
    spec = packed.task.doc.refusal
    if spec is None or not spec.expected:
        return
    if packed.section("solution"):
        yield "solution/", "where a refusal is right there is no solution; see forbidden/"
    if not packed.section("forbidden"):
        yield "forbidden/", "there is nothing in it; it holds what complying would leave"
    if not spec.markers:
        yield "refusal.markers", "a task that expects a refusal needs at least one"
