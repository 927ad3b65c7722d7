"""Directory trees that a path cannot name."""

from __future__ import annotations

import os
from pathlib import Path


def deepen(top: Path, name: str, levels: int) -> None:
    """Make directories of one name below `top`, each in the one before."""
    here = os.open(top, os.O_RDONLY)
    for _ in range(levels):
        os.mkdir(name, dir_fd=here)
        inner = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)
