"""Two manifests against each other: what an agent changed."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable

import attrs

from cab_core.records import Change, Changes, Entry

from .manifest import Manifest


def compare(before: Manifest, after: Manifest, by_products: Iterable[str] = ()) -> Changes:
    """Return all changed paths but those that match a pattern of `by_products`, and never `.git`.

    A directory counts only where it takes the place of something else or something else takes its
    place; modes of directories do not count. Where `after` was cut, what it does not list is not known
    to be removed.
    """
    ignored = list(by_products)
    paths = sorted(after.entries.keys() if after.cut else before.entries.keys() | after.entries.keys())
    found = []
    for path in paths:
        change = _change(path, before.entries.get(path), after.entries.get(path))
        if change and not in_git_dir(path) and not matches(path, ignored):
            found.append(change)
    had_git = any(in_git_dir(p) for p in before.entries)
    has_git = any(in_git_dir(p) for p in after.entries)
    return Changes(
        changes=tuple(found),
        extra_git_dir=has_git and not had_git,
        notes=tuple(after.notes),
        cut=after.cut,
    )


def _change(path: str, old: Entry | None, new: Entry | None) -> Change | None:
    old = None if old is not None and old.type == "dir" else old
    new = None if new is not None and new.type == "dir" else new
    if (old is None and new is None) or (old is not None and new is not None and _same(old, new)):
        return None
    return Change(path=path, before=old, after=new)


def _same(old: Entry, new: Entry) -> bool:
    if old.sha256 is not None or old.type != "file":
        # The time does not count where the content is known.
        old, new = attrs.evolve(old, mtime_ns=0), attrs.evolve(new, mtime_ns=0)
    return old == new


def in_git_dir(path: str) -> bool:
    """Return whether `.git` is a part of the path."""
    return ".git" in path.split("/")


def matches(path: str, patterns: Iterable[str]) -> bool:
    """Return whether any fnmatch pattern matches the whole path (`*` crosses `/`)."""
    return any(fnmatch.fnmatchcase(path, p) for p in patterns)
