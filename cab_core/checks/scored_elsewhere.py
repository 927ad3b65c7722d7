"""The program of `other_process`: scores what it is given, years later, on a machine with another name.

On standard input: a line of JSON (`path`, `made_by`, `file`), then the pickled evidence with the scores
before. On standard output, last: a list of JSON, a score each, or the words of what was raised.
"""

from __future__ import annotations

import datetime
import json
import os
import pickle
import sys
import time
from importlib import import_module
from typing import Any

_LATER_S = 5 * 365 * 86_400 + 12_345
_LATER = datetime.timedelta(seconds=_LATER_S)


def elsewhere() -> None:
    """Put the clock on and rename the machine, before anything is imported that may keep hold of either."""
    now, now_ns, local, utc, text = time.time, time.time_ns, time.localtime, time.gmtime, time.strftime
    time.time = lambda: now() + _LATER_S
    time.time_ns = lambda: now_ns() + _LATER_S * 10**9
    time.localtime = lambda s=None: local(time.time() if s is None else s)
    time.gmtime = lambda s=None: utc(time.time() if s is None else s)
    time.strftime = lambda form, t=None: text(form, time.localtime() if t is None else t)
    datetime.date = _later(datetime.date, "today")  # type: ignore[misc]
    datetime.datetime = _later(datetime.datetime, "now", "utcnow", "today")  # type: ignore[misc]
    os.cpu_count = lambda: 61
    os.uname = lambda: os.uname_result(("Linux", "other", "1.0", "1", "other"))


def _later(real: Any, *names: str) -> Any:
    """Return a class whose present is later, and to which all instances of the real one belong."""

    class Kind(type):
        def __instancecheck__(cls, value: Any) -> bool:
            return isinstance(value, real)

    def method(name: str) -> Any:
        return classmethod(lambda cls, *args, **more: getattr(super(made, cls), name)(*args, **more) + _LATER)

    made = Kind(real.__name__, (real,), {name: method(name) for name in names})
    return made


def main() -> None:
    """Score everything."""
    said = json.loads(sys.stdin.buffer.readline())
    sys.path[:] = said["path"]
    elsewhere()
    from cab_core.records import to_json

    scorer = _made(said["made_by"], said["file"])
    found = []
    for evidence, scores in pickle.load(sys.stdin.buffer):
        try:
            found.append(to_json(scorer.score(evidence, scores)))
        except Exception as exc:  # noqa: BLE001  whatever it raises is what it makes of this evidence
            found.append(f"raises {type(exc).__name__}: {exc}"[:200])
    print("\n" + json.dumps(found))


def _made(made_by: str, file: str | None) -> Any:
    """Make the object, of a plugin that is installed or was given by its path."""
    from pathlib import Path

    from cab_core.plugins.by_path import PathEntry

    module, _, name = made_by.partition(":")
    top = module.partition(".")[0]
    if file is None:
        factory: Any = import_module(module)
        for part in name.split("."):
            factory = getattr(factory, part)
    else:
        factory = PathEntry(name=top, value=made_by, file=Path(file)).load()
    return factory()


if __name__ == "__main__":
    main()
