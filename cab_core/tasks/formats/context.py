"""A directory of a task set, read as a stranger's: links that lead away, pipes and giants are named."""

from __future__ import annotations

import fnmatch
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from cab_core.records import TaskFile
from cab_core.records.task import Section
from cab_core.safe_fs import leads_out
from cab_core.tasks.foreign import file_at
from cab_core.tasks.listing import CACHES

LARGEST = (
    256 << 20
)  # bytes of the files of one task together: a sandbox must hold them, and be made in no time


class Unusable(Exception):
    """Something of a task cannot be given, or cannot be read; says what and where."""


def files_below(directory: Path, root: Path) -> Iterator[tuple[str, str]]:
    """Yield (path relative to `directory`, where it lies) of all files and links below it, in order.

    Both are texts: a set has a hundred thousand files, and making a `Path` takes as long as reading a file.

    Raises:
        Unusable: one is neither file nor link, leads out of `root`, or they are too large together.
    """
    _check_inside(directory, root)
    left, top = LARGEST, len(str(directory)) + 1
    for base, dirs, names in os.walk(directory):
        links = [d for d in dirs if os.path.islink(f"{base}/{d}")]  # noqa: PTH114
        dirs[:] = sorted(d for d in dirs if d not in CACHES and d not in links)
        for name in sorted([*names, *links]):
            path = f"{base}/{name}"
            left -= (size := _size(path, root))
            if left < 0:
                raise Unusable(
                    f"{shown(directory, root)}: its files are larger than the {LARGEST >> 20} MiB of a task; "
                    f"{shown(path, root)} has {size:,} bytes"
                )
            yield path[top:], path


def usable_size(path: Path | str, root: Path) -> int:
    """Return a file's bytes, 0 of a link.

    Raises:
        Unusable: it is neither file nor link, a link that leads out of `root` or in a circle, or below one.
    """
    _check_inside(os.path.dirname(path), root)  # noqa: PTH120
    return _size(path, root)


def _check_inside(directory: Path | str, root: Path) -> None:
    if leads_out(directory, root):
        raise Unusable(f"{shown(directory, root)}: leads out of the task, to {os.path.realpath(directory)}")


def _size(path: Path | str, root: Path) -> int:
    try:
        found = os.lstat(path)
    except OSError as exc:
        raise Unusable(f"{shown(path, root)}: cannot be read: {exc.strerror}") from exc
    if stat.S_ISREG(found.st_mode):
        return found.st_size
    fault = _link_fault(path, root) if stat.S_ISLNK(found.st_mode) else "is neither a file nor a link"
    if fault:
        raise Unusable(f"{shown(path, root)}: {fault}")
    return 0


def _link_fault(path: Path | str, root: Path) -> str | None:
    real = os.path.realpath(path)
    if os.path.islink(real):  # noqa: PTH114
        return "a link that leads in a circle"
    if not Path(real).is_relative_to(root.resolve()):
        return f"a link that leads out of the task, to {os.readlink(path)}"  # noqa: PTH115
    return None


def taken(section: Section, path: str, source: Path | str, root: Path) -> TaskFile:
    """Return a file of a task where it lies.

    Raises:
        Unusable: it cannot be read.
    """
    try:
        return file_at(section, path, source)
    except OSError as exc:
        raise Unusable(f"{shown(source, root)}: cannot be read: {exc.strerror}") from exc


def text_of(path: Path | str, root: Path, most: int = 4 << 20) -> str:
    """Return the text of a file.

    Raises:
        Unusable: it is missing, too large, or no UTF-8.
    """
    if usable_size(path, root) > most:
        raise Unusable(f"{shown(path, root)}: larger than the {most >> 20} MiB that are read")
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123
            return file.read()
    except OSError as exc:
        raise Unusable(f"{shown(path, root)}: cannot be read: {exc.strerror}") from exc
    except UnicodeDecodeError as exc:
        raise Unusable(f"{shown(path, root)}: is not UTF-8: byte {exc.start}") from exc


def ignored(directory: Path, root: Path) -> tuple[str, ...]:
    """Return the patterns of a `.dockerignore`.

    Raises:
        Unusable: one takes something in again.
    """
    if not has(directory, ".dockerignore"):
        return ()
    path = directory / ".dockerignore"
    lines = [line.strip() for line in text_of(path, root).splitlines()]
    patterns = [line.strip("/") for line in lines if line and not line.startswith("#")]
    if any(p.startswith("!") for p in patterns):
        raise Unusable(f"{shown(path, root)}: a pattern with '!', which cab does not read")
    return tuple(patterns)


def is_ignored(path: str, patterns: tuple[str, ...]) -> bool:
    """Return whether a path, or a directory above it, matches a pattern."""
    parts = path.split("/")
    heads = ["/".join(parts[: n + 1]) for n in range(len(parts))]
    return any(fnmatch.fnmatchcase(head, p.removeprefix("**/")) for head in heads for p in patterns)


def has(directory: Path, name: str) -> bool:
    """Return whether a directory has a file, or a directory, of this name."""
    return os.path.exists(f"{directory}/{name}")  # noqa: PTH110  (asked ten times of thousands of tasks)


def shown(path: Path | str, root: Path) -> str:
    """Return a path as the task's author knows it."""
    place, above = str(path), f"{root}/"
    if place.startswith(above):  # as nearly all are; the rest is slow, and a set has thousands
        return place[len(above) :]
    return Path(path).relative_to(root).as_posix() if Path(path).is_relative_to(root) else place
