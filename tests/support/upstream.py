"""Packages of other projects without what they depend on, for tests that hold ours against their own code."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from cab_core.cache import cache_root, locked


def upstream(requirement: str) -> Path:
    """Return a directory for `sys.path` that has one version of a package, installed once into the cache.

    Their own requirements are many and large, and what is read of them needs none. Nor is their Python asked.
    """
    place = cache_root() / "tests" / requirement
    with locked(place, requirement, lambda _: None):
        if not place.exists():
            part = place.with_suffix(".part")
            options = ["--no-deps", "--ignore-requires-python", "--only-binary=:all:", "--target", str(part)]
            argv = [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check", "install", *options]
            subprocess.run([*argv, requirement], check=True, stdin=subprocess.DEVNULL)
            part.rename(place)
    return place
