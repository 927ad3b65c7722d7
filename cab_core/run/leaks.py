"""Does the work dir hold the answer?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cab_core.records import PackedTask, TaskFile
from cab_core.workdir.reference import Reference

_DIRECTORIES = {".git", ".meta", ".approaches", ".hg", ".svn"}  # history, and where sets keep their answers
_SHORTEST = 80  # characters: what is shorter may stand anywhere
_LARGEST = 1 << 20  # bytes of a file that is searched


def leak(task: PackedTask, reference: Reference) -> str | None:
    """Return what in the work dir gives the answer away, or None where nothing is found that does.

    Looked for are the reference's own files, whole, under any name and within other files, and directories
    that hold a history. What is rewritten in other words is not found.
    """
    work = task.section("workdir")
    for file in work:
        if found := _DIRECTORIES & set(file.path.split("/")):
            return f"{file.path}: {min(found)} holds more than the agent should see"
    shipped = {file.sha256 for file in work}
    answers = [f for f in reference.files if f.link is None and f.sha256 not in _same_path(f, work)]
    for answer in answers:
        if answer.sha256 in shipped and Path(answer.source).stat().st_size >= _SHORTEST:
            return f"{_holder(answer, work)}: is the reference's {answer.path}"
    return next(_within(answers, work), None)


def _same_path(answer: TaskFile, work: tuple[TaskFile, ...]) -> set[str]:
    return {f.sha256 for f in work if f.path == answer.path}


def _holder(answer: TaskFile, work: tuple[TaskFile, ...]) -> str:
    return next(f.path for f in work if f.sha256 == answer.sha256)


def _within(answers: list[TaskFile], work: tuple[TaskFile, ...]) -> Iterator[str]:
    texts = [(a.path, text) for a in answers if len(text := _text(a)) >= _SHORTEST]
    for file in work if texts else ():
        held = _text(file)
        for path, text in texts:
            if text in held and path != file.path:  # a fix that removes its last lines leaks nothing
                yield f"{file.path}: holds the reference's {path}"


def _text(file: TaskFile) -> str:
    source = Path(file.source)
    if file.link is not None or source.stat().st_size > _LARGEST:
        return ""
    return source.read_bytes().decode("utf-8", "surrogateescape").strip()
