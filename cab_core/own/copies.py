"""Is a copy of a repository's own Python package installed where its tests run? An agent could read it."""

from __future__ import annotations

import json
import re

from cab_core.records import GradeCommand

from .bench import Bench
from .repository import Files

_TOP = re.compile(r"(?:src/)?([A-Za-z_]\w*)(?:/__init__)?\.py")
_ASK = """
import importlib.util, json, sys
sys.path.pop(0)
print(json.dumps([name for name in sys.argv[1:] if importlib.util.find_spec(name)]))
"""


def installed_copies(files: Files, place: Bench) -> list[str]:
    """Return a note for each package or module of these files that is installed, too."""
    names = sorted({found[1] for path in files if (found := _TOP.fullmatch(path))} - {"setup", "conftest"})
    if not names:
        return []
    asked = place.run(GradeCommand(argv=("python3", "-c", _ASK, *names)), timeout_s=60)
    try:
        there = json.loads(asked.output.splitlines()[0])
    except (ValueError, IndexError):
        return []
    return [
        f"{name} is installed on this machine, too: an agent in runtime local could read it" for name in there
    ]
