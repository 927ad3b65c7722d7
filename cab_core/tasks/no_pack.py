"""What is said of a directory that is no pack, and of a name that is no task's: what was probably meant."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from shlex import quote

from cab_core.errors import UserError, nearest

_PACK, _TASK = "pack.toml", "task.toml"  # of cab's own format
_MOST = 200  # directories that are looked into for a pack


def no_directory(root: Path) -> UserError:
    """Return what is said of a pack that is no directory."""
    if root.is_file():
        expected = f"expected the pack's directory, such as --pack {_path(root.parent)}"
        return UserError(f"task pack {root}: it is a file; {expected}")
    return UserError(f"task pack {root}: no such directory{nearest(root.name, _siblings(root))}")


def no_format(root: Path, formats: Iterable[str]) -> str:
    """Return what is said of a directory that no format recognises, `formats` being those that are known."""
    known = ", ".join(formats) or "none"
    said = f"no known format recognises it (known: {known}); cab's own has a {_PACK}"
    if (root / _TASK).is_file() and (root.parent / _PACK).is_file():
        pack = root.parent
        return f"{said}. It is a task of the pack {pack}: give --pack {_path(pack)}, and name the task"
    if inside := next((p for p in _directories(root) if (p / _PACK).is_file()), None):
        return f"{said}. A pack lies in it: --pack {_path(inside)}"
    return f"{said}; `cab new pack NAME` writes one"


def no_task(pattern: str, ids: Collection[str]) -> str:
    """Return what is to be done where a pattern is not of a task, but of a pack or a directory."""
    name = pattern.rstrip("/")
    if any(task.startswith(f"{name}/") for task in ids):
        return f"{name!r} is a pack: its tasks are {quote(f'{name}/*')}"
    if Path(pattern).is_dir():
        return f"{pattern!r} is a directory: a pack on disk is given with --pack {_path(Path(pattern))}"
    return "see `cab tasks list`; a pack on disk is given with --pack"


def _path(path: Path) -> str:
    return quote(str(path))


def _siblings(root: Path) -> list[str]:
    return [p.name for p in _directories(root.parent)]


def _directories(root: Path) -> list[Path]:
    try:
        return sorted(p for p in root.iterdir() if p.is_dir())[:_MOST]
    except OSError:
        return []
