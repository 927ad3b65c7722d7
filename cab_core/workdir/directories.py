"""The directories of a sandbox: named, made and moded here, and nowhere else.

What the runner's own process is set to, its umask above all, must not decide what an agent or a grader may
read: their user is often another one. So no directory that they see has a mode that is only implied. Who
owns one is the runtime's to say (`runtimes.scratch.chown_tree`): it alone knows the user inside.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from cab_core.safe_fs import DIRECTORY, Tree, make_directory

# By name: may the process inside write there?
AGENT = {"work": True, "home": True, "tmp": True}
GRADER = {"tree": True, "tests": False, "out": True, "home": True, "tmp": True}
GATE = "gate"  # holds the gateway's socket, and is mounted where nobody writes
STAGING = "patch"  # where both sides of a change are laid out for git
ARTEFACTS = "artefacts"  # what commands of the grader make for later ones; no process sees it
PRISTINE = "pristine"  # the task's own files, against which an agent's are compared; no process sees it


def make_directories(scratch: Path, names: Iterable[str]) -> None:
    """Make directories below `scratch`, which is made where it is missing.

    Raises:
        OSError: one is there already, or cannot be made.
    """
    if not scratch.exists():
        make_directory(scratch, parents=True)
    for name in names:
        make_directory(scratch / name)


def reopen(scratch: Path, names: Iterable[str]) -> list[str]:
    """Make directories usable again: a process that could write there may have locked or removed them.

    Returns a sentence for each that cannot be had back; nothing can be read in it then.
    """
    said = []
    with suppress(OSError):
        _regain(scratch)
    for name in names:
        try:
            Tree(scratch).unlock(name)
        except OSError as exc:
            said.append(f"directory {name} cannot be opened any more: {exc.strerror}")
    return said


def _regain(scratch: Path) -> None:
    """Have back the place itself, which is a process's to destroy where nothing is mapped."""
    for path, mode in ((scratch.parent, 0o700), (scratch, DIRECTORY)):
        if path.is_symlink() or (os.path.lexists(path) and not path.is_dir()):
            path.unlink()
        if not os.path.lexists(path):
            make_directory(path, mode)
        elif not os.access(path, os.R_OK | os.W_OK | os.X_OK):
            path.chmod(mode)
