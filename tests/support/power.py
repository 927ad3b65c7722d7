"""A disk that forgets, at a power cut, all that was not brought to it: the strictest reading of fsync(2)."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import attrs
import pytest


@attrs.define
class Disk:
    """What would be there after a power cut: bytes of files and names of directories as of their last fsync.

    A name that was not synced is not there; a file whose bytes were not synced is empty.
    """

    root: Path
    files: dict[int, bytes] = attrs.field(factory=dict)
    names: dict[int, dict[str, int]] = attrs.field(factory=dict)
    kinds: dict[int, bool] = attrs.field(factory=dict)  # inode: is it a directory
    after_each: Callable[[], None] = lambda: None

    def watch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """See every fsync of this process from now on; what is below the root already is on disk."""
        for directory, _, files in os.walk(self.root):
            self._names(Path(directory))
            for name in files:
                path = Path(directory, name)
                self.files[path.lstat().st_ino] = path.read_bytes()
        real = os.fsync

        def fsync(fd: int) -> None:
            real(fd)
            self._synced(fd)
            self.after_each()

        monkeypatch.setattr(os, "fsync", fsync)

    def _synced(self, fd: int) -> None:
        found = os.fstat(fd)
        path = Path(os.readlink(f"/proc/self/fd/{fd}"))
        if stat.S_ISDIR(found.st_mode):
            self._names(path)
        elif path.exists():
            self.files[found.st_ino] = path.read_bytes()

    def _names(self, directory: Path) -> None:
        entries = list(os.scandir(directory))
        self.kinds[directory.stat().st_ino] = True
        self.names[directory.stat().st_ino] = {e.name: e.inode() for e in entries}
        for entry in entries:
            self.kinds[entry.inode()] = entry.is_dir(follow_symlinks=False)

    def image(self, target: Path) -> Path:
        """Write what a power cut now would leave."""
        self._write(self.root.stat().st_ino, target)
        return target

    def _write(self, inode: int, target: Path) -> None:
        if not self.kinds.get(inode):
            target.write_bytes(self.files.get(inode, b""))
            return
        target.mkdir()
        for name, inner in self.names.get(inode, {}).items():
            self._write(inner, target / name)
