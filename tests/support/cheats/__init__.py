"""The kinds of cheat, in six languages: what an agent may write instead of a fix.

A cheat is a function from an unsolved task to the files that the agent writes: `CHEATS[language][kind]`.
"""

from __future__ import annotations

from . import c, go, java, javascript, python, rust
from .base import KINDS, Cheat, Unsolved, unsolved

CHEATS: dict[str, dict[str, Cheat]] = {
    "python": python.CHEATS,
    "javascript": javascript.CHEATS,
    "rust": rust.CHEATS,
    "c": c.CHEATS,
    "go": go.CHEATS,
    "java": java.CHEATS,
}
__all__ = ["CHEATS", "KINDS", "Cheat", "Unsolved", "unsolved"]
