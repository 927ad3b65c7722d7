"""What this machine must have for a recipe to be installed, and for what it installed to start."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from cab_core.errors import ImageError
from cab_core.records import Recipe

_SHEBANG = 256  # bytes that Linux reads of a script's first line


def lacking(recipe: Recipe) -> str | None:
    """Return what this machine lacks to install a recipe, and how to get it; None where it lacks nothing."""
    return "; ".join(_lacking(recipe)) or None


def _lacking(recipe: Recipe) -> Iterator[str]:
    if missing := [p for p in recipe.apt if not _has_debian(p)]:
        yield f"the CLI needs Debian packages: apt-get install {' '.join(missing)}"
    if recipe.pip:
        try:
            find_python(recipe.python)
        except ImageError as exc:
            yield str(exc)
    programs = {"npm": "npm", "node": "nodejs"} if recipe.npm else {}
    if packages := {name: p for name, p in programs.items() if shutil.which(name) is None}:
        said = " and ".join(packages)
        yield f"{said} needed to install this CLI (on Debian: apt-get install {' '.join(packages.values())})"


def _has_debian(package: str) -> bool:
    if shutil.which(package):
        return True  # whoever installed it
    query = shutil.which("dpkg-query")
    if query is None:
        return True  # not Debian: whether it is there shows when the CLI is started
    return subprocess.run([query, "-W", package], capture_output=True, check=False).returncode == 0


def find_python(specifier: str) -> str:
    """Return an interpreter of this machine whose version fits.

    Raises:
        ImageError: there is none.
    """
    from packaging.specifiers import SpecifierSet

    wanted = SpecifierSet(specifier)
    names = ["python3", *(f"python3.{minor}" for minor in range(20, 8, -1))]
    candidates = [getattr(sys, "_base_executable", sys.executable), *filter(None, map(shutil.which, names))]
    seen = {}
    for program in dict.fromkeys(candidates):
        seen[program] = _python_version(program)
        if seen[program] and wanted.contains(seen[program]):
            return program
    found = ", ".join(f"{p} ({v})" for p, v in seen.items() if v)
    raise ImageError(
        f"this CLI runs on Python {specifier} only; found {found or 'none'}. Install a fitting Python "
        "(with its venv module)"
    )


def _python_version(program: str) -> str:
    code = "import sys, venv, ensurepip; print('%d.%d.%d' % sys.version_info[:3])"
    done = subprocess.run([program, "-c", code], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def absent_interpreter(program: str, path: str) -> str | None:
    """Return the interpreter that a script's first line names where it is not to be had, else None.

    `path` is where a name is looked for.
    """
    with Path(program).open("rb") as file:
        line = file.read(_SHEBANG).split(b"\n")[0]
    words = line.removeprefix(b"#!").decode("utf-8", "replace").split()
    if not line.startswith(b"#!") or not words:
        return None
    if Path(words[0]).name != "env":
        return None if Path(words[0]).exists() else words[0]
    name = next((w for w in words[1:] if not w.startswith("-") and "=" not in w), None)
    return name if name and shutil.which(name, path=path) is None else None
