"""What this machine must have before anything is run: the one list of `cab doctor` and of every run."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import attrs

from cab_core.cache import cache_root
from cab_core.errors import UserError
from cab_core.plugins.protocols import Check
from cab_core.tasks.programs import closed_homes
from cab_core.tasks.toolchains import how_to_get, installed_version

_OLDEST = (3, 11)


def python() -> Check:
    """Python is new enough."""
    version = ".".join(map(str, sys.version_info[:3]))
    return Check(
        what=f"Python {version}",
        ok=sys.version_info >= _OLDEST,
        remedy="install Python 3.11 or newer",
        needed=True,
    )


def git() -> Check:
    """Git is there, which writes the patch of what an agent changed."""
    found = installed_version("git")
    return Check(
        what="git", ok=found is not None, say=found or "not installed", remedy=how_to_get("git"), needed=True
    )


def cache_directory() -> Check:
    """There is a place for the CLIs that cab installs."""
    what, remedy = "cache directory", "set CAB_CACHE to a directory that this user may write to"
    try:
        root = cache_root()
    except UserError as exc:
        return Check(what=what, ok=False, say=str(exc), needed=True)
    may = _may_write(root)
    said = str(root) if may else f"{root}: this user may not write there"
    return Check(what=what, ok=may, say=said, remedy=remedy, needed=True)


def temporary_directory() -> Check:
    """There is a place for sandboxes."""
    what, remedy = "temporary directory", "set TMPDIR to a directory that this user may write to"
    try:
        root = tempfile.gettempdir()
    except OSError as exc:
        return Check(what=what, ok=False, say=exc.strerror, remedy=remedy, needed=True)
    return Check(what=what, ok=True, say=root, needed=True)


def processes() -> Check:
    """What an agent leaves running can be found."""
    return Check(
        what="processes in /proc",
        ok=Path("/proc/self").is_dir(),
        say="needed to end what an agent leaves",
        remedy="mount /proc",
        needed=True,
    )


def version_managers() -> Check:
    """The variables of version managers name directories of this user."""
    closed = [f"{name}={path}" for name, path in closed_homes().items()]
    return Check(
        what="variables of version managers",
        ok=not closed,
        say=f"{', '.join(closed)}: this user may not enter" if closed else "none leads to a closed directory",
        remedy="unset them, or log in with `su - USER`; until then what lies there is not used",
    )


CHECKS: tuple[Callable[[], Check], ...] = (
    python,
    git,
    cache_directory,
    temporary_directory,
    processes,
    version_managers,
)


def look() -> list[Check]:
    """Return every finding; of what is well there is nothing to do."""
    found = [check() for check in CHECKS]
    return [attrs.evolve(f, remedy=None) if f.ok else f for f in found]


def told(found: Check) -> str:
    """Return a finding as a sentence: what it is, what was seen and, where it is not well, what to do."""
    said = f"{found.what}: {found.say}" if found.say else found.what
    return f"{said}; {found.remedy}" if found.remedy else said


def check_ready(warn: Callable[[str], None]) -> None:
    """Look at this machine before a run; warn of what is odd.

    Raises:
        UserError: something that every run needs is missing; says all of it, and how to get it.
    """
    bad = [found for found in look() if not found.ok]
    if lacking := [told(found) for found in bad if found.needed]:
        raise UserError("\n".join(["nothing was run, for this machine lacks:", *lacking]))
    for found in bad:
        warn(told(found))


def _may_write(path: Path) -> bool:
    """Return whether a directory can be written to, or made: then what is nearest above it can be."""
    near = next((p for p in (path, *path.parents) if os.path.lexists(p)), Path("/"))
    try:
        tempfile.TemporaryFile(dir=near).close()  # access(2) would leave a user's capabilities out
    except OSError:
        return False
    return True
