"""What an agent changed in its work dir."""

from __future__ import annotations

from typing import Literal

import attrs

from .base import doc

FileType = Literal["file", "dir", "link", "fifo", "socket", "device", "unreadable"]


@attrs.frozen(kw_only=True)
class Entry:
    """One path of a manifest. `sha256` is None for what is no regular file, or too large to read.

    `target` is where a link points. `mode` holds the permission bits.
    """

    type: FileType = attrs.field(metadata=doc("what lies there; unreadable: it could not be looked at"))
    mode: int = attrs.field(metadata=doc("permission bits"))
    size: int = attrs.field(default=0, metadata=doc("bytes of a regular file; 0 for anything else"))
    sha256: str | None = attrs.field(
        default=None,
        metadata=doc("sha256 of the content; null: it is no regular file, or was too large to read"),
    )
    target: str | None = attrs.field(default=None, metadata=doc("where a link points; null: it is no link"))
    mtime_ns: int = attrs.field(
        default=0,
        metadata=doc(
            "when a regular file was last written, nanoseconds since the epoch; 0 for anything else"
        ),
    )


@attrs.frozen(kw_only=True)
class Change:
    """One changed path: `before` is None where it was added, `after` where it was removed."""

    path: str = attrs.field(metadata=doc("path below the work dir"))
    before: Entry | None = attrs.field(metadata=doc("what was there; null: the path was added"))
    after: Entry | None = attrs.field(metadata=doc("what is there; null: the path was removed"))
    lines_added: int | None = attrs.field(
        default=None,
        metadata=doc("lines that the patch adds; null: the patch does not hold this path, or it is no text"),
    )
    lines_removed: int | None = attrs.field(
        default=None,
        metadata=doc(
            "lines that the patch removes; null: the patch does not hold this path, or it is no text"
        ),
    )


@attrs.frozen(kw_only=True)
class Changes:
    """All changed files of a work dir (directories count only where they replace something).

    `changes`: one for each path. `left_out_of_patch`: those whose content `changes.patch` does not hold,
    being too large, too slow to compare, or of a kind that a patch cannot hold. `extra_git_dir`: the agent
    made a repository; None where one may lie in what was cut. `notes`: what a reader should know. `cut`:
    there was more than was looked at, so what is not here may have happened; `unknown` says of which kinds
    of paths (`own` to the task, `watched`, `expected`, `protected`, `allowed`, `git`, `other`).
    """

    changes: tuple[Change, ...] = ()
    left_out_of_patch: tuple[str, ...] = ()
    extra_git_dir: bool | None = False
    notes: tuple[str, ...] = ()
    cut: bool = attrs.field(
        default=False,
        metadata=doc("there was more than was looked at, so what is not here may have happened"),
    )
    unknown: tuple[str, ...] = attrs.field(
        default=(),
        metadata=doc(
            "kinds of paths of which not all were looked at: own to the task, watched, expected, "
            "protected, allowed, git, other"
        ),
    )

    def knows(self, kind: str) -> bool:
        """Return whether all paths of a kind were looked at; older records do not say of which kinds."""
        return kind not in self.unknown if self.unknown else not self.cut

    def paths(self, kind: Literal["added", "removed", "modified"]) -> list[str]:
        """Return the sorted paths of one kind."""
        wanted = {"added": (False, True), "removed": (True, False), "modified": (True, True)}[kind]
        return sorted(c.path for c in self.changes if (c.before is not None, c.after is not None) == wanted)
