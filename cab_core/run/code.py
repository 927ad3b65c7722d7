"""The source of a plugin, on which a cell depends: a checkout changes without a new version."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path


def code_of(plugin: object, distribution: str | None = None) -> str | None:
    """Return the sha256 over the files of a plugin object, None where it has none to read.

    Those are: all of its package, data too; what its distribution installed; and whatever else was imported
    from the directory that the package lies in, where that is somebody's checkout.
    """
    name = type(plugin).__module__
    own = getattr(sys.modules.get(name), "__file__", None)
    if own is None:
        return None
    root = _root(Path(own), name)
    files = {*_package(root, name, Path(own)), *_installed(distribution), *_beside(root)}
    found = hashlib.sha256()
    for path in sorted(files):
        found.update(f"{os.path.relpath(path, root)}\0{_digest(path)}\n".encode("utf-8", "surrogateescape"))
    return found.hexdigest()


def _root(file: Path, name: str) -> Path:
    """Return the directory from which a module is imported."""
    parts = name.count(".") + (file.name == "__init__.py")
    return file.resolve().parents[parts]


def _package(root: Path, name: str, own: Path) -> Iterator[Path]:
    """Yield the files of the top package, or the module alone."""
    top = root / name.partition(".")[0]
    if not top.is_dir():
        yield own.resolve()
        return
    for base, directories, files in os.walk(top):
        directories[:] = [d for d in directories if d != "__pycache__" and not d.startswith(".")]
        yield from (Path(base, f) for f in files if not f.endswith(".pyc"))


def _installed(distribution: str | None) -> Iterator[Path]:
    try:
        listed = metadata.files(distribution) if distribution else None
    except metadata.PackageNotFoundError:
        return
    for file in listed or ():
        path = Path(str(file.locate())).resolve()
        if path.suffix == ".py" and path.is_file():
            yield path


def _beside(root: Path) -> Iterator[Path]:
    """Yield modules that were imported from a checkout, beside the package."""
    if root.name in ("site-packages", "dist-packages"):
        return  # everybody's
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if not isinstance(file, str) or not file.endswith(".py") or root.name not in file:
            continue  # most: a path to compare is slow to make
        if Path(file).parent == root:
            yield Path(file)


def _digest(path: Path) -> str:
    if not path.is_file():
        return "no regular file"  # a pipe would be waited for
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return "cannot be read"
