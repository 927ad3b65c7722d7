"""Is a copy of a repository's own source installed where its tests run? An agent could read it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from cab_core.errors import UserError
from cab_core.records import GradeCommand

from .bench import Bench
from .languages import is_source
from .repository import Files

_TOP = re.compile(r"(?:src/)?([A-Za-z_]\w*)(?:/__init__)?\.py")
_ASK = """
import importlib.util, json, sys
sys.path.pop(0)
print(json.dumps([name for name in sys.argv[1:] if importlib.util.find_spec(name)]))
"""

_SHORT = 200  # bytes, below which files of several projects are alike
# As the user who runs the tests: what that cannot read, an agent cannot. Mounts are other file systems.
_FIND = """
find / -xdev -type f "$@" -exec sha256sum {} + 2>/dev/null | grep -F -f {tests}/sources || true
"""


def copies_in_image(files: Files, place: Bench) -> dict[str, str]:
    """Return the source files of which there is a copy outside of the tree, and where the first is."""
    digests = {
        hashlib.sha256(file.data).hexdigest(): path
        for path, file in files.items()
        if is_source(path) and not file.link and len(file.data) >= _SHORT
    }
    if not digests:
        return {}
    (place.scratch / "tests/sources").write_text("".join(f"{d}\n" for d in digests), encoding="ascii")
    suffixes = sorted({PurePosixPath(path).suffix for path in digests.values()})
    named = [word for suffix in suffixes for word in ("-o", "-name", f"*{suffix}")][1:]
    argv = ("sh", "-c", _FIND, "sh", "(", *named, ")")
    asked = place.run(GradeCommand(argv=argv), timeout_s=300)
    if asked.why is not None:
        raise UserError(f"it cannot be looked for copies of the source: {asked.why}: {asked.output[-500:]}")
    lines = [line.split(maxsplit=1) for line in asked.output.splitlines()]
    return {digests[said[0]]: said[1] for said in reversed(lines) if len(said) == 2 and said[0] in digests}


def copies_told(installed: Mapping[str, str]) -> list[str]:
    """Return what to say of source that is installed."""
    return [
        f"{path} is installed, too ({where}): an agent could read it there, so nothing is made of it; "
        "end --setup with what takes it away, such as `pip uninstall -y NAME`"
        for path, where in sorted(installed.items())
    ]


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
    return [f"{name} is installed where the tests run, too: an agent could read it there" for name in there]
