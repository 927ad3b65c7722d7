"""What code does besides computing, as Python's own audit events tell it: files, processes, the network.

https://docs.python.org/3/library/audit_events.html. What a library of C does by itself makes no event.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import all_suffixes
from pathlib import Path
from typing import Any

from cab_core.plugins.authors import is_below

_STARTS = ("subprocess.Popen", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "pty.spawn")
_CHANGES = (
    "os.remove",
    "os.rename",
    "os.mkdir",
    "os.rmdir",
    "os.link",
    "os.symlink",
    "os.truncate",
    "os.chmod",
)
_LOOKS = ("open", "os.listdir", "os.scandir")
_CODE = tuple(all_suffixes())
_CAB = str(Path(__file__).parent.parent)  # what cab's own helpers read


class _Seen(threading.local):
    """What is noted, of this thread; None: nobody looks."""

    notes: list[tuple[str, str]] | None = None


_seen = _Seen()
_hooked: list[bool] = []  # a hook cannot be taken away again, so there is one


@contextmanager
def watched() -> Iterator[list[tuple[str, str]]]:
    """Yield a list to which everything that this thread does is added: what, and to which path, if to one."""
    if not _hooked:
        _hooked.append(True)
        sys.addaudithook(_note)
    notes: list[tuple[str, str]] = []
    before, _seen.notes = _seen.notes, notes
    try:
        yield notes
    finally:
        _seen.notes = before


def _note(event: str, args: tuple[Any, ...]) -> None:
    notes = _seen.notes
    if notes is None:
        return
    if event in _STARTS:
        notes.append(("starts a process", ""))
    elif event.startswith("socket."):
        notes.append(("uses the network", ""))
    elif event in _CHANGES and args:
        notes.append(("changes", _path(args[0])))
    elif event in _LOOKS and args and not _in_a_descriptor(event, args):
        notes.append(("changes" if _writes(event, args) else "reads", _path(args[0])))


def _writes(event: str, args: tuple[Any, ...]) -> bool:
    return event == "open" and bool(args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


def _in_a_descriptor(event: str, args: tuple[Any, ...]) -> bool:
    """Return whether a path is not told whole: `os.open` says nothing of the directory that it is below."""
    path = args[0]
    whole = isinstance(path, (str, bytes, os.PathLike)) and os.fsdecode(path).startswith("/")
    return isinstance(path, int) or (event == "open" and args[1] is None and not whole)


def _path(given: Any) -> str:
    try:
        return os.path.abspath(os.fsdecode(given if given is not None else "."))  # noqa: PTH100  links stay links
    except (TypeError, ValueError):
        return repr(given)


def beyond(
    notes: Sequence[tuple[str, str]], allowed: Sequence[str], forbidden: Sequence[str] = ()
) -> list[str]:
    """Return, each once, what was done beside reading code, Python's or cab's own files, and below `allowed`.

    `forbidden`: places below which that holds no more. A link is what it is called: trees of nothing but
    links are usual (Bazel, Nix), and what becomes a task's file is looked at where it is taken.
    """
    own, others = _places(allowed), _places(forbidden)
    python = _places((sys.prefix, sys.base_prefix, _CAB))

    def fine(what: str, path: str) -> bool:
        if what != "reads" or is_below(path, own):
            return what == "reads"
        return (
            path.endswith(_CODE) or (is_below(path, python) and not is_below(path, others)) or _imports(path)
        )

    return list(dict.fromkeys(f"{what} {path}".strip() for what, path in notes if not fine(what, path)))


def _places(given: Sequence[str]) -> list[str]:
    return [name for place in given for name in (_path(place), os.path.realpath(place))]


def _imports(path: str) -> bool:
    """Return whether it is a directory that Python itself looks through for modules."""
    return path in _places([place for place in sys.path if place])
