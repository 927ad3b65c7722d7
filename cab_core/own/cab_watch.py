"""A plugin of pytest: which lines each test runs, and how those fail that do. It imports nothing of cab's.

It runs in a repository's own tests, with whatever pytest is there; what it saw is in `watch.json`.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from _pytest.junitxml import mangle_test_address  # the names that a report gives to tests

_ROOT = str(Path.cwd())
_tests: dict[str, dict[str, Any]] = {}
_lines: Any = None
if os.environ.get("CAB_WATCH_LINES"):
    import coverage

    _lines = coverage.Coverage(data_file=None, source=[_ROOT], config_file=False, messages=False)
    _lines.start()


def _name(nodeid: str) -> str:
    *classes, name = mangle_test_address(nodeid)
    return f"{'.'.join(classes)}::{name}"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: Any) -> Any:
    """Note under which test the lines run."""
    _tests.setdefault(_name(item.nodeid), {"nodeid": item.nodeid})
    if _lines is not None:
        _lines.switch_context(item.nodeid)
    yield
    if _lines is not None:
        _lines.switch_context("")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: Any, call: Any) -> Any:
    """Note what was raised, and where: the frames of this repository, the innermost last."""
    found = yield
    if call.excinfo is not None and found.get_result().failed:
        frames = [(_own(str(e.path)), e.lineno + 1) for e in call.excinfo.traceback]
        said = {"said": call.excinfo.exconly(), "frames": [f for f in frames if f[0] is not None]}
        _tests.setdefault(_name(item.nodeid), {"nodeid": item.nodeid}).update(said)


def pytest_sessionfinish(session: Any) -> None:
    """Write what was seen."""
    seen: dict[str, Any] = {"tests": _tests, "lines": {}}
    if _lines is not None:
        _lines.stop()
        data = _lines.get_data()
        for file in data.measured_files():
            lines = data.contexts_by_lineno(file)
            seen["lines"][_own(file)] = {n: [c for c in contexts if c] for n, contexts in lines.items()}
    Path(os.environ["CAB_WATCH"]).write_text(json.dumps(seen), encoding="utf-8")


def _own(path: str) -> str | None:
    return os.path.relpath(path, _ROOT) if path.startswith(_ROOT + os.sep) else None
