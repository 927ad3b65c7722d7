"""Bringing a sandbox's directories back from an engine elsewhere, whole or as far as they decide."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path, PurePosixPath
from typing import Any

from cab_core.safe_fs import make_directory
from cab_core.workdir.remove import remove_tree

from ... import sealed
from ..engine import client, engine_errors
from .archive import TooMuch, unpack, unpack_one

_DIRECTORY = 1 << 31  # of Go's os.FileMode
_PATIENCE_S = 60  # with files that are fetched one by one


def fetch(container: str, host: Path, inner: str, first: Iterable[str]) -> bool:
    """Replace a directory by what came back; return whether that is all.

    Where it is more than is taken, the files `first` are fetched alone: no junk may hide them.

    Raises:
        SandboxError: the engine is gone.
    """
    _empty(host)
    with engine_errors("copy a sandbox back"):
        chunks, _ = client().get_archive(container, inner)
        try:
            unpack(chunks, host, sealed.DISK)
        except TooMuch:
            chunks.close()
            _empty(host)
            _fetch_alone(container, host, inner, first)
            return False
        finally:
            chunks.close()
    return True


def _empty(host: Path) -> None:
    remove_tree(host)
    make_directory(host)


def _fetch_alone(container: str, host: Path, inner: str, first: Iterable[str]) -> None:
    deadline, budget, real = time.monotonic() + _PATIENCE_S, sealed.DISK, {".": True}
    for path in first:
        if time.monotonic() > deadline or not _leads_to(container, inner, path, real):
            continue
        if (found := _archive(container, f"{inner}/{path}")) is None:
            continue
        chunks, info = found
        with closing(chunks):
            # A directory in a file's place may hold anything: it is made, and not filled.
            if info["mode"] & _DIRECTORY:
                (host / path).mkdir(parents=True, exist_ok=True)
            elif info["size"] <= budget:
                budget -= info["size"]
                unpack_one(chunks, host, path, info["size"])


def _leads_to(container: str, inner: str, path: str, real: dict[str, bool]) -> bool:
    """Return whether all directories on the way are real ones: an engine follows links in them."""
    if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
        return False
    for parent in reversed(PurePosixPath(path).parents):
        name = str(parent)
        if name not in real:
            found = _archive(container, f"{inner}/{name}")
            if found is not None:
                found[0].close()
            real[name] = found is not None and bool(found[1]["mode"] & _DIRECTORY)
        if not real[name]:
            return False
    return True


def _archive(container: str, path: str) -> tuple[Any, dict[str, Any]] | None:
    """Return an archive of a path and what the engine knows of it; None where there is nothing."""
    from docker.errors import NotFound

    try:
        chunks, info = client().get_archive(container, path)
    except NotFound:
        return None
    return chunks, info
