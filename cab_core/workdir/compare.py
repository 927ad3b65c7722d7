"""Two manifests against each other: what an agent changed."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable

import attrs

from cab_core.records import Change, Changes, Entry

from .deciding import NOTHING, Deciding
from .manifest import Manifest


def compare(
    before: Manifest,
    after: Manifest,
    by_products: Iterable[str] = (),
    first: Deciding = NOTHING,
    directories: bool = False,
) -> Changes:
    """Return all changed paths but those that match a pattern of `by_products`, and never `.git`.

    A directory counts only where it takes the place of something else or something else takes its
    place, or `directories` is true; their modes do not count. What is not listed is removed where all of
    its kind were looked at; else nothing is known of it.
    """
    ignored, unknown, found = list(by_products), set(after.unknown), []
    for path in sorted(before.entries.keys() | after.entries.keys()):
        old, new = before.entries.get(path), after.entries.get(path)
        change = _change(path, old, new, directories)
        if old and new and _content_unknown(old, new):
            unknown |= first.kinds(path)
        elif change is None or in_git_dir(path) or matches(path, ignored):
            continue
        elif new or first.kind(path) not in after.unknown:
            found.append(change)
    return Changes(
        changes=tuple(found),
        extra_git_dir=_extra_git_dir(before, after, first.kind(".git")),
        notes=tuple(after.notes),
        cut=bool(unknown),
        unknown=tuple(sorted(unknown)),
    )


def _extra_git_dir(before: Manifest, after: Manifest, kind: str) -> bool | None:
    """Return whether a `.git` appeared; None where one may lie in what was not looked at."""
    if any(map(in_git_dir, before.entries)):
        return False
    if any(map(in_git_dir, after.entries)):
        return True
    return None if kind in after.unknown else False


def _content_unknown(old: Entry, new: Entry) -> bool:
    """Return whether a file looks as before, and what is in it was not read."""
    return old.sha256 is not None and new.sha256 is None and attrs.evolve(old, sha256=None) == new


def _change(path: str, old: Entry | None, new: Entry | None, directories: bool) -> Change | None:
    if old is not None and new is not None and old.type == new.type == "dir":
        return None
    if not directories:
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
