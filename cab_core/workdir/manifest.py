"""What lies in a directory: type, mode, size and sha256 of each path.

The directory was under an agent's control. So no link is followed, nothing but regular files is
opened, huge (sparse) files are not read, and depth and number of entries are bounded.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import attrs

from cab_core.records import Entry

HASH_LIMIT = 1 << 30  # bytes of a file; a larger one is known by size and time alone
READ_LIMIT = 4 << 30  # bytes of all files
_SPARSE = 16 << 20  # a larger file that is mostly holes is not read
MAX_ENTRIES = 200_000
MAX_DEPTH = 100
NAMES = 8 << 20  # characters of all paths and targets, escaped: one may be 4,000 bytes of anything
_NOTES = 50

_TYPES = {
    stat.S_IFDIR: "dir",
    stat.S_IFREG: "file",
    stat.S_IFLNK: "link",
    stat.S_IFIFO: "fifo",
    stat.S_IFSOCK: "socket",
    stat.S_IFBLK: "device",
    stat.S_IFCHR: "device",
}


@attrs.define
class Manifest:
    """Entries by relative path (names that are no UTF-8 are surrogate-escaped), and what was skipped.

    `cut`: there is more than what is listed; nothing is known of that.
    """

    entries: dict[str, Entry] = attrs.field(factory=dict)
    notes: list[str] = attrs.field(factory=list)
    cut: bool = False


def take_manifest(root: Path) -> Manifest:
    """Return the manifest of everything below `root`, without the content of `.git` directories."""
    manifest = Manifest()
    look, budget, untold = _Looker(), NAMES, 0
    for path, entry, note in _walk(root, look):
        budget -= len(ascii(path)) + len(ascii(entry.target or ""))
        if len(manifest.entries) >= MAX_ENTRIES or budget < 0:
            manifest.notes.append(f"more than {len(manifest.entries)} entries; the rest was not looked at")
            manifest.cut = True
            break
        manifest.entries[path] = entry
        if note and len(manifest.notes) < _NOTES:
            manifest.notes.append(note)
        elif note:
            untold += 1
    if untold:
        manifest.notes.append(f"and {untold} more of the kind")
    return manifest


def _walk(root: Path, look: _Looker) -> Iterator[tuple[str, Entry, str | None]]:
    pending = [""]
    while pending:
        prefix = pending.pop()
        try:
            listing = _list(os.path.join(root, prefix))  # noqa: PTH118  (keeps the prefix's slash)
        except OSError as exc:
            # Too long a path, or the agent removed its work dir: told, and no trouble of ours.
            yield f"{prefix}...", Entry(type="unreadable", mode=0), f"{prefix[:80]}...: {exc.strerror}"
            continue
        for item in listing:
            path = f"{prefix}{item.name}"
            entry, note = look(item)
            yield path, entry, note
            if entry.type == "dir" and item.name != ".git":
                if path.count("/") >= MAX_DEPTH:
                    yield (
                        f"{path}/...",
                        Entry(type="unreadable", mode=0),
                        f"{path[:80]}...: too deep to look into",
                    )
                else:
                    pending.append(f"{path}/")


def _list(directory: str) -> list[os.DirEntry[str]]:
    """Return the entries of a directory; one that its owner locked is opened first."""
    try:
        return sorted(os.scandir(directory), key=lambda e: e.name)
    except PermissionError:
        Path(directory).chmod(0o700)
        return sorted(os.scandir(directory), key=lambda e: e.name)


class _Looker:
    """Looks at one entry after the other; reads so many bytes in all, and no holes."""

    def __init__(self) -> None:
        self._budget = READ_LIMIT

    def __call__(self, item: os.DirEntry[str]) -> tuple[Entry, str | None]:
        """Return the entry, and a note where it could not be read."""
        try:
            info = item.stat(follow_symlinks=False)
            kind = _TYPES.get(stat.S_IFMT(info.st_mode), "device")
            mode = stat.S_IMODE(info.st_mode)
            if kind == "link":
                return Entry(type="link", mode=mode, target=str(Path(item.path).readlink())), None
            if kind != "file":
                return Entry(type=kind, mode=mode), None  # type: ignore[arg-type]
            digest = sha256_of(item.path) if self._worth_reading(info) else None
            entry = Entry(type="file", mode=mode, size=info.st_size, sha256=digest, mtime_ns=info.st_mtime_ns)
            return entry, None if digest else f"{item.name[:80]}: too large or sparse, not read"
        except OSError as exc:
            return Entry(type="unreadable", mode=0), f"{item.name[:80]}: {exc.strerror}"

    def _worth_reading(self, info: os.stat_result) -> bool:
        sparse = info.st_size > _SPARSE and info.st_blocks * 512 < info.st_size // 2
        if sparse or info.st_size > HASH_LIMIT or info.st_size > self._budget:
            return False
        self._budget -= info.st_size
        return True


def sha256_of(path: str | Path) -> str:
    """Return the sha256 of a regular file; a link is refused (OSError)."""
    with os.fdopen(open_regular(path), "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def open_regular(path: str | Path) -> int:
    """Return a descriptor of a regular file. The last part of the path must be no link.

    The walk above descends into real directories alone, and nobody moves anything any more; whoever opens a
    listed path later does it through `safe_fs.Tree`. A file that its owner made unreadable is made readable:
    it is ours, and the agent is dead.

    Raises:
        OSError: it is no regular file, or cannot be read.
    """
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        fd = os.open(path, flags)
    except PermissionError:
        Path(path).chmod(0o600)  # a link would have failed with ELOOP above
        fd = os.open(path, flags)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise OSError(0, "not a regular file")
    return fd
