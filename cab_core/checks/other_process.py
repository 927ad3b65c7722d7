"""A scorer's figures in another process, on what looks like another machine at another time."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cab_core.plugins.registration import Registration
from cab_core.records import Evidence, Score

PROGRAM = Path(__file__).with_name("scored_elsewhere.py")
_SECONDS = 120.0
Given = tuple[Evidence, dict[str, Score]]


class Trouble(Exception):
    """The other process did not come to its end; says with which words."""


def scores_elsewhere(registration: Registration, given: Sequence[Given]) -> list[Any] | None:
    """Return what a new object of the scorer makes of each evidence: a score as JSON, or an error's words.

    None: another process cannot be told what makes the object, such as a lambda.

    Raises:
        Trouble: see there.
    """
    made_by = _named(registration)
    if made_by is None:
        return None
    module = sys.modules.get(made_by.partition(":")[0].partition(".")[0])
    asked = {"path": sys.path, "made_by": made_by, "file": getattr(module, "__file__", None)}
    found: list[Any] = json.loads(_answer(json.dumps(asked).encode() + b"\n" + pickle.dumps(list(given))))
    return found


def _answer(asked: bytes) -> bytes:
    with tempfile.TemporaryDirectory(prefix="cab-check-") as place:
        try:
            done = subprocess.run(
                [sys.executable, str(PROGRAM)], input=asked, env=_variables(place), cwd=place,
                capture_output=True, timeout=_SECONDS, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as exc:
            raise Trouble(f"it takes more than {exc.timeout:.0f} s") from exc
    said = done.stdout.splitlines()
    if done.returncode != 0 or not said:
        last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise Trouble(last[:300] or f"it ended with code {done.returncode} and no word")
    return said[-1]


def _named(registration: Registration) -> str | None:
    made_by = registration.factory
    if isinstance(made_by, str):
        return made_by
    module, name = getattr(made_by, "__module__", None), getattr(made_by, "__qualname__", "<")
    return f"{module}:{name}" if module not in (None, "__main__") and "<" not in name else None


def _variables(place: str) -> dict[str, str]:
    """Return another user's variables: nothing of this one's but what programs need to start."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    own = {"HOME": place, "TMPDIR": place, "USER": "other", "TZ": "Pacific/Kiritimati", "LC_ALL": "C.UTF-8"}
    return {"PATH": os.defpath, "PYTHONHASHSEED": "4217", "PYTHONSAFEPATH": "1", **kept, **own}
