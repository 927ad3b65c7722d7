"""Sets in which each task is a directory: finding them, naming them, and a task for what cannot be read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import attrs

from cab_core.records import GradeCommand, GradeSpec, Origin, PackedTask, TaskDoc, TaskFile
from cab_core.tasks.foreign import packed, plain_name

from .context import Unusable

_DEEPEST = 3  # levels below the root at which a task directory is looked for
_LONGEST = 300  # characters of a title

Read = Callable[[Path, Path], tuple[TaskDoc, list[TaskFile]]]  # given the task's directory and the set's


@attrs.frozen
class Found:
    """A task's name and directory; None: there is none, and `fault` says why."""

    name: str
    directory: Path | None
    fault: str | None = None


def directories_with(file: str, root: Path) -> Iterator[Path]:
    """Yield the directories that hold a file, in order; below one of them none is looked for."""
    for base, dirs, names in os.walk(root):
        here = Path(base)
        if file in names:
            yield here
        deep = len(here.relative_to(root).parts) >= _DEEPEST
        dirs[:] = [] if file in names or deep else sorted(d for d in dirs if not d.startswith("."))


def tasks_of(root: Path, found: Iterable[Found], read: Read) -> list[PackedTask]:
    """Return a task for each directory. One that cannot be read costs itself alone: it says what is wrong."""
    pack, used, tasks = plain_name(root.resolve().name), set[str](), []
    for one in found:
        name = unused(plain_name(one.name), used)
        try:
            if one.directory is None:
                raise Unusable(one.fault or "is not here")
            doc, files = read(one.directory, root)
        except Unusable as exc:
            doc, files = unavailable(one.name, str(exc)), []
        tasks.append(packed(pack, "0", name, doc, files))
    return tasks


def unavailable(name: str, why: str, prompt: str = "(not read)", origin: Origin | None = None) -> TaskDoc:
    """Return the document of a task that cannot be had."""
    grade = GradeSpec(commands=(GradeCommand(argv=("false",)),))
    title = name.strip()[:_LONGEST] or "(no name)"
    return TaskDoc(
        schema_version=1, title=title, prompt=prompt or "(empty)", grade=grade, origin=origin, unavailable=why
    )


def unused(name: str, used: set[str]) -> str:
    """Return a name that was not used yet, and note it: two directories may give one."""
    free = (
        name if name not in used else next(n for i in range(2, 1 << 30) if (n := f"{name}-{i}") not in used)
    )
    used.add(free)
    return free
