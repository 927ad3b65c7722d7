"""Removing a directory that an agent filled."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path


def remove_tree(path: Path) -> None:
    """Remove a directory whatever is in it: read-only directories, very deep ones, odd names.

    Python's own rmtree recurses and stops at a directory without write permission; rm does neither.
    """
    if not path.exists():
        return
    rm, chmod = shutil.which("rm"), shutil.which("chmod")
    if rm is None or chmod is None:
        shutil.rmtree(path, ignore_errors=True)
        return
    done = subprocess.run([rm, "-rf", "--", str(path)], check=False, capture_output=True)
    if done.returncode != 0:
        subprocess.run([chmod, "-R", "u+rwx", "--", str(path)], check=False, capture_output=True)
        subprocess.run([rm, "-rf", "--", str(path)], check=False, capture_output=True)
