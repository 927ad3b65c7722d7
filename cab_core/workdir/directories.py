"""The directories of a sandbox: named, made and moded here, and nowhere else.

What the runner's own process is set to, its umask above all, must not decide what an agent or a grader may
read: their user is often another one. So no directory that they see has a mode that is only implied. Who
owns one is the runtime's to say (`runtimes.scratch.chown_tree`): it alone knows the user inside.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from cab_core.safe_fs import Tree, make_directory

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


def reopen(scratch: Path, names: Iterable[str]) -> None:
    """Make directories usable again: a process that could write there may have locked or removed them.

    Raises:
        OSError: one cannot be had back.
    """
    tree = Tree(scratch)
    for name in names:
        tree.unlock(name)
