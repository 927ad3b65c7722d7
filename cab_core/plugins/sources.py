"""The files of a plugin's source, and a hash over them: a checkout changes without a new version."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

_CODE = (".py", ".pyc", ".so")


def package_files(root: Path, top: str, own: Path) -> Iterator[Path]:
    """Yield the files of the package `top` in `root`, data too, if the module `own` is in it; else `own`.

    Those are all from which Python imports: compiled ones that lie beside no source, too, and behind a link
    to a directory what has Python in it, not the data that may lie there.
    """
    package, own = root / top, own.resolve()
    if not own.is_relative_to(package):
        yield own
        return
    inside, seen = os.path.realpath(package), set[str]()
    for base, directories, files in os.walk(package, followlinks=True):
        here = os.path.realpath(base)
        if here in seen or not (_is_below(here, inside) or any(f.endswith(_CODE) for f in files)):
            directories.clear()  # a link that leads up again, or to what is no code
            continue
        seen.add(here)
        directories[:] = [d for d in directories if d != "__pycache__" and not d.startswith(".")]
        yield from (Path(base, f) for f in files if _is_below(here, inside) or f.endswith(_CODE))


def _is_below(place: str, top: str) -> bool:
    return place == top or place.startswith(f"{top}/")


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
