"""What lies in a directory: type, mode, size and sha256 of each path.

The directory was under an agent's control. So no link is followed, nothing but regular files is
opened, huge (sparse) files are not read, and depth and number of entries are bounded. What decides is
looked at before a bound is reached, and where there may be more of it, that is said.
"""

from __future__ import annotations

import hashlib
import os
import stat
from itertools import islice
from pathlib import Path

import attrs

from cab_core.records import Entry
from cab_core.safe_fs import BelowLink, Tree

from .deciding import NOTHING, OTHER, Deciding

HASH_LIMIT = 1 << 30  # bytes of a file; a larger one is known by size and time alone
READ_LIMIT = 4 << 30  # bytes of all files of one kind
_SPARSE = 16 << 20  # a larger file that is mostly holes is not read
MAX_ENTRIES = 200_000
MAX_DEPTH = 100
NAMES = 8 << 20  # characters of all paths and targets, escaped: one may be 4,000 bytes of anything
_RESERVED = 40  # of these, each kind of deciding path has a share of its own: so many would make a whole
MAX_NAMES = 2 << 20  # names that are passed over in search of those that decide
_NOTES = 50
_EMPTY = hashlib.sha256().hexdigest()

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

    `unknown`: kinds of paths (see `deciding`) of which there may be more than what is listed.
    """

    entries: dict[str, Entry] = attrs.field(factory=dict)
    notes: list[str] = attrs.field(factory=list)
    unknown: set[str] = attrs.field(factory=set)


def take_manifest(root: Path, first: Deciding = NOTHING) -> Manifest:
    """Return the manifest of everything below `root`, without the content of `.git` directories.

    What decides is listed and read whatever else there is: a path without wildcards in any case, of each
    other kind as much as its own budget allows, and then as much as the common one does.
    """
    walk = _Walk(root, first)
    walk.run()
    return walk.finish()


@attrs.define
class _Budget:
    """How many entries and characters of names may be listed; what was refused once stays closed."""

    entries: int
    names: int

    def spend(self, names: int) -> bool:
        """Return whether there was space for one more."""
        self.names -= names
        self.entries -= 1
        if self.entries < 0 or self.names < 0:
            self.entries = 0
            return False
        return True


class _Walk:
    """One walk over a tree; see `take_manifest`."""

    def __init__(self, root: Path, first: Deciding) -> None:
        self._root, self._first, self._look = root, first, _Looker()
        self._common = _Budget(MAX_ENTRIES, NAMES)
        self._own = {k: _Budget(MAX_ENTRIES // _RESERVED, NAMES // _RESERVED) for k in first.all()[:-1]}
        self._passed = self._dropped = self._untold = 0
        self._found = Manifest()

    def run(self) -> None:
        """Walk down, depth first, every directory in the order of its names."""
        pending = [""]
        while pending:
            prefix = pending.pop()
            try:
                listing, whole = self._list(prefix)
            except OSError as exc:
                # Too long a path, or the agent removed its work dir: told, and no trouble of ours.
                self._unseen(prefix, str(exc.strerror))
                continue
            pending += [inner for item in listing if (inner := self._take(prefix, item))]
            if not whole:
                self._unseen(prefix, "too many names")

    def finish(self) -> Manifest:
        """Look for what decides where the walk did not get to, and return what was found."""
        found = self._found
        if found.unknown:
            for path in self._first.exact.keys() - found.entries.keys():
                self._look_for(path)
        if self._dropped:
            found.notes.append(f"more than {len(found.entries)} entries; the rest was not looked at")
        if self._untold:
            found.notes.append(f"and {self._untold} more of the kind")
        return found

    def _list(self, prefix: str) -> tuple[list[os.DirEntry[str]], bool]:
        """Return the entries of a directory, opened where its owner locked it, and whether these are all."""
        directory = os.path.join(self._root, prefix)  # noqa: PTH118  (keeps the prefix's slash)
        if not os.access(directory, os.R_OK | os.X_OK):
            Path(directory).chmod(0o700)
        left = MAX_NAMES - self._passed
        with os.scandir(directory) as names:
            listing = list(islice(names, left + 1))
        self._passed += len(listing)
        return sorted(listing[:left], key=lambda e: e.name), len(listing) <= left

    def _take(self, prefix: str, item: os.DirEntry[str]) -> str | None:
        """List one entry, if it may be; return the prefix of what lies below it, if that is to be seen."""
        path = f"{prefix}{item.name}"
        kind = self._first.kind(path)
        if self._admits(path, kind):
            self._keep(path, *self._look(kind, item.path))
        else:
            self._dropped += 1
            self._found.unknown |= self._first.kinds(path)
        if not item.is_dir(follow_symlinks=False) or item.name == ".git":
            return None
        if path.count("/") >= MAX_DEPTH:
            self._unseen(f"{path}/", "too deep to look into")
            return None
        return f"{path}/"

    def _admits(self, path: str, kind: str) -> bool:
        if path in self._first.exact:
            return True  # there are as many as the task names
        size = len(path if path.isascii() and path.isprintable() else ascii(path))
        return (kind != OTHER and self._own[kind].spend(size)) or self._common.spend(size)

    def _keep(self, path: str, entry: Entry, note: str | None = None) -> None:
        if entry.target is not None:
            self._common.names -= len(ascii(entry.target))
        self._found.entries[path] = entry
        if note and len(self._found.notes) < _NOTES:
            self._found.notes.append(note)
        elif note:
            self._untold += 1

    def _unseen(self, prefix: str, why: str) -> None:
        """Say that a directory was not looked into, or not to its end."""
        self._found.unknown |= self._first.below(prefix)
        if self._common.spend(len(ascii(prefix))):
            self._keep(f"{prefix}...", Entry(type="unreadable", mode=0), f"{prefix[:80]}...: {why}")

    def _look_for(self, path: str) -> None:
        try:
            with Tree(self._root).parent(path) as (directory, name):
                os.stat(name, dir_fd=directory, follow_symlinks=False)
                self._keep(path, *self._look(self._first.kind(path), name, directory))
        except (FileNotFoundError, NotADirectoryError, BelowLink, ValueError):
            pass  # under this name there is nothing
        except OSError as exc:
            self._keep(path, Entry(type="unreadable", mode=0), f"{path[:80]}: {exc.strerror}")


class _Looker:
    """Looks at one entry after the other; reads so many bytes of each kind, and no holes."""

    def __init__(self) -> None:
        self._left: dict[str, int] = {}
        self._linked: dict[tuple[int, int], str] = {}  # what has several names is read once

    def __call__(self, kind: str, path: str, directory: int | None = None) -> tuple[Entry, str | None]:
        """Return the entry, and a note where it could not be read. `path` may be relative to `directory`."""
        try:
            info = os.stat(path, dir_fd=directory, follow_symlinks=False)
            type_ = _TYPES.get(stat.S_IFMT(info.st_mode), "device")
            mode = stat.S_IMODE(info.st_mode)
            if type_ == "link":
                return Entry(type="link", mode=mode, target=os.readlink(path, dir_fd=directory)), None
            if type_ != "file":
                return Entry(type=type_, mode=mode), None  # type: ignore[arg-type]
            digest = self._digest(kind, path, directory, info)
            entry = Entry(type="file", mode=mode, size=info.st_size, sha256=digest, mtime_ns=info.st_mtime_ns)
            return entry, None if digest else f"{_name(path)}: too large or sparse, not read"
        except OSError as exc:
            return Entry(type="unreadable", mode=0), f"{_name(path)}: {exc.strerror}"

    def _digest(self, kind: str, path: str, directory: int | None, info: os.stat_result) -> str | None:
        if info.st_size == 0:
            return _EMPTY
        key = (info.st_dev, info.st_ino)
        if (known := self._linked.get(key)) is not None:
            return known
        if not self._worth_reading(kind, info):
            return None
        digest = sha256_of(path, directory)
        if info.st_nlink > 1:
            self._linked[key] = digest
        return digest

    def _worth_reading(self, kind: str, info: os.stat_result) -> bool:
        sparse = info.st_size > _SPARSE and info.st_blocks * 512 < info.st_size // 2
        left = self._left.get(kind, READ_LIMIT)
        if sparse or info.st_size > HASH_LIMIT or info.st_size > left:
            return False
        self._left[kind] = left - info.st_size
        return True


def _name(path: str) -> str:
    return path.rpartition("/")[2][:80]


def sha256_of(path: str | Path, directory: int | None = None) -> str:
    """Return the sha256 of a regular file; a link is refused (OSError)."""
    with os.fdopen(open_regular(path, directory), "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def open_regular(path: str | Path, directory: int | None = None) -> int:
    """Return a descriptor of a regular file. The last part of the path must be no link.

    The walk above descends into real directories alone, and nobody moves anything any more; whoever opens a
    listed path later does it through `safe_fs.Tree`. A file that its owner made unreadable is made readable:
    it is ours, and the agent is dead.

    Raises:
        OSError: it is no regular file, or cannot be read.
    """
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        fd = os.open(path, flags, dir_fd=directory)
    except PermissionError:
        os.chmod(path, 0o600, dir_fd=directory)  # a link would have failed with ELOOP above
        fd = os.open(path, flags, dir_fd=directory)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise OSError(0, "not a regular file")
    return fd
