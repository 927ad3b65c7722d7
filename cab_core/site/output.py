"""Writing the site: only what changed is written, and what no longer belongs to it is removed."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

_MANIFEST = ".cab-site.json"


Files = Iterable[tuple[str, str | bytes]]  # paths below the site's root, and what is in them


class Output:
    """The directory of a site, written in groups of files that are made together."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.written = 0
        self._old = _read(root / _MANIFEST)
        self._new: dict[str, dict[str, list[str]]] = {}
        self._made: set[Path] = set()

    def update(self, group: str, fingerprint: str, files: Files) -> None:
        """Write the files of a group, one after the other, unless its fingerprint is that of the last build.

        `files` is not asked for any where nothing has changed, so it should make them only then.
        """
        paths = self._old.get(group, {}).get(fingerprint)
        if paths is None or not all((self.root / path).exists() for path in paths):
            paths = [self._write(path, content) for path, content in files]
        self._new[group] = {fingerprint: paths}

    def _write(self, path: str, content: str | bytes) -> str:
        """Write a file where its content differs from what is there; return its path."""
        target = self.root / path
        data = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
        if target.parent not in self._made:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._made.add(target.parent)
        try:
            if target.read_bytes() == data:
                return path
        except OSError:
            pass
        target.write_bytes(data)
        self.written += 1
        return path

    def close(self) -> None:
        """Remove files of the last build that this one no longer has, and note what there is."""
        for path in _files(self._old) - _files(self._new):
            self._remove(path)
        text = json.dumps(self._new, separators=(",", ":"))
        (self.root / _MANIFEST).write_text(text, encoding="utf-8")

    def _remove(self, path: str) -> None:
        if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
            return  # no path that we wrote
        target = self.root / path
        with contextlib.suppress(OSError):
            target.unlink()
            for parent in target.parents:
                if parent == self.root:
                    break
                parent.rmdir()  # raises, and so ends the climb, where it is not empty


def _files(groups: dict[str, dict[str, list[str]]]) -> set[str]:
    return {path for group in groups.values() for files in group.values() for path in files}


def _read(path: Path) -> dict[str, dict[str, list[str]]]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def digest(*parts: object) -> str:
    """Return a short hash of plain values, by which one knows that they have not changed."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:20]


def depth_root(path: str) -> str:
    """Return the way from a page at `path` back to the site's root, such as `../..`."""
    return "/".join([".."] * path.count("/")) or "."


def join(parts: Iterable[str]) -> str:
    """Join the parts of a path that are not empty."""
    return "/".join(p for p in parts if p)
