"""Removing a directory that an agent filled."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

_FEW = 200  # things in a directory, for which no process is worth while


def remove_tree(path: Path) -> None:
    """Remove a directory whatever is in it: read-only directories, very deep ones, odd names.

    Python's own rmtree recurses and stops at a directory without write permission; rm does neither. Where
    little is there, rmtree is tried first: it costs no process.
    """
    if not path.exists():
        return
    if _is_small(path):
        shutil.rmtree(path, ignore_errors=True)
        if not os.path.lexists(path):
            return
    rm, chmod = shutil.which("rm"), shutil.which("chmod")
    if rm is None or chmod is None:
        shutil.rmtree(path, ignore_errors=True)
        return
    done = subprocess.run([rm, "-rf", "--", str(path)], check=False, capture_output=True)
    if done.returncode != 0:
        subprocess.run([chmod, "-R", "u+rwx", "--", str(path)], check=False, capture_output=True)
        subprocess.run([rm, "-rf", "--", str(path)], check=False, capture_output=True)


def _is_small(path: Path) -> bool:
    """Tell whether there are but few things below a directory; not many more are looked at."""
    waiting, left = [os.fspath(path)], _FEW
    try:
        while waiting:
            with os.scandir(waiting.pop()) as found:
                for entry in found:
                    left -= 1
                    if left < 0:
                        return False
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
    except OSError:
        return False
    return True
