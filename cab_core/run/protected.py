"""Which paths are protected, by whatever name: a task's own links give a file several."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping

from cab_core.records import Change, TaskFile
from cab_core.workdir.compare import matches

_MOST = 100  # names of one path: links that lead in a circle give it infinitely many


class Protected:
    """Holds the patterns against every name of a path in the task's work dir."""

    def __init__(self, patterns: Iterable[str], files: Iterable[TaskFile]) -> None:
        self._patterns, files = tuple(patterns), tuple(files)
        self._links = {f.path: _target(f.path, f.link) for f in files if f.link is not None}
        # What a link leads to is protected with all that stands below the link's name.
        below = {n for f in files for n in self._names(f.path)} if self._links else set()
        self._above = {p for n in below if matches(n, self._patterns) for p in self._links if _below(n, p)}

    def covers(self, change: Change) -> bool:
        """Return whether a change would touch what is protected, or the way to it."""
        names = self._names(change.path)
        return change.path in self._above or any(matches(n, self._patterns) for n in names)

    def _names(self, path: str) -> set[str]:
        return names_of(path, self._links)


def names_of(path: str, links: Mapping[str, str]) -> set[str]:
    """Return a path with its other names. `links`: where each link leads, as a path in the work dir."""
    found, pending = {path}, [path]
    while pending and len(found) < _MOST:
        name = pending.pop(0)
        for link, target in links.items():
            if name == target or _below(name, target):
                other = link + _rest(name, target)
                pending += [other] if other not in found else []
                found.add(other)
    return found


def _target(link: str, target: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(link), target))


def _below(path: str, directory: str) -> bool:
    return path.startswith(f"{directory}/") or directory == "."


def _rest(path: str, directory: str) -> str:
    return f"/{path}" if directory == "." else path[len(directory) :]
