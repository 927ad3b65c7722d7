"""The files of a plugin's source, and a hash over them: a checkout changes without a new version."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path


def package_files(root: Path, top: str, own: Path) -> Iterator[Path]:
    """Yield the files of the package `top` in `root`, data too, if the module `own` is in it; else `own`."""
    package, own = root / top, own.resolve()
    if not own.is_relative_to(package):
        yield own
        return
    for base, directories, files in os.walk(package):
        directories[:] = [d for d in directories if d != "__pycache__" and not d.startswith(".")]
        yield from (Path(base, f) for f in files if not f.endswith(".pyc"))


def hash_of(files: Iterable[Path], root: Path) -> str:
    """Return the sha256 over files, each by its path from `root` and its content."""
    found = hashlib.sha256()
    for path in sorted(files):
        found.update(f"{os.path.relpath(path, root)}\0{_digest(path)}\n".encode("utf-8", "surrogateescape"))
    return found.hexdigest()


def _digest(path: Path) -> str:
    if not path.is_file():
        return "no regular file"  # a pipe would be waited for
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return "cannot be read"
