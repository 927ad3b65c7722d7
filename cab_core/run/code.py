"""The source of a plugin, on which a cell depends: a checkout changes without a new version."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from cab_core.plugins.by_path import BY_PATH
from cab_core.plugins.sources import hash_of, package_files


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
    package = package_files(root, name.partition(".")[0], Path(own))
    return hash_of({*package, *_installed(distribution), *_beside(root)}, root)


def _root(file: Path, name: str) -> Path:
    """Return the directory from which a module is imported."""
    parts = name.count(".") + (file.name == "__init__.py")
    return file.resolve().parents[parts]


def _installed(distribution: str | None) -> Iterator[Path]:
    try:
        listed = metadata.files(distribution) if distribution and distribution != BY_PATH else None
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
