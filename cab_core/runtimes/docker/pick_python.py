"""Makes a virtual environment of an interpreter that fits: a program that runs while an image is built.

    python3 pick_python.py SPECIFIER DIRECTORY

The base image's own `python3` is taken where it fits, else the newest `python3.X` that does. It needs
the standard library and pip, whose copy of packaging knows version specifiers.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator

_VERSION = "import sys, venv, ensurepip; print('%d.%d.%d' % sys.version_info[:3])"


def main(specifier: str, directory: str) -> None:
    """Make the environment, or end with a message that says which interpreters there are."""
    from pip._vendor.packaging.specifiers import SpecifierSet

    found = {program: version for program in _programs() if (version := _version(program))}
    fit = [p for p, version in found.items() if SpecifierSet(specifier).contains(version)]
    if not fit:
        there = ", ".join(f"{p} ({v})" for p, v in found.items())
        sys.exit(
            f"this needs Python {specifier}; the base image has {there or 'none'}. "
            "Name a base image that has it in CAB_BASE_IMAGE"
        )
    print(f"Python {found[fit[0]]} ({fit[0]}) fits {specifier}", flush=True)
    subprocess.run([fit[0], "-m", "venv", directory], check=True)


def _programs() -> Iterator[str]:
    names = ["python3", *(f"python3.{minor}" for minor in range(30, 8, -1)), "/usr/bin/python3"]
    yield from dict.fromkeys(path for name in names if (path := shutil.which(name)))


def _version(program: str) -> str:
    """Return an interpreter's version, or nothing where it can make no virtual environment."""
    done = subprocess.run([program, "-c", _VERSION], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


if __name__ == "__main__":
    main(*sys.argv[1:])
