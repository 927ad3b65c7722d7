"""The JSON report that a driver may write: `{"tests": {"name": true, "other": "skipped"}}`; or jest's."""

from __future__ import annotations

import json
from typing import Any

from cab_core.records import CaseState

from .jest import read_jest
from .report import NoReport, Report

_STATES: dict[str, CaseState] = {"skipped": "skipped", "todo": "todo"}


def read_json_tests(data: bytes) -> Report:
    """Return what a JSON report says. A name, and `tests` itself, may stand there several times: all count.

    Raises:
        NoReport: it is none.
    """
    try:
        # Objects become tuples of pairs: a dict would keep the last of a name alone.
        document = json.loads(data, object_pairs_hook=tuple)
    except (ValueError, RecursionError) as exc:
        raise NoReport(f"the report is no JSON: {str(exc)[:100]}") from exc
    if isinstance(document, tuple) and any(key == "testResults" for key, _ in document):
        return read_jest(json.loads(data))  # by a runner, which writes no key twice
    report, found = Report(), False
    for key, tests in document if isinstance(document, tuple) else ():
        if key == "tests" and isinstance(tests, tuple):
            found = True
            for name, value in tests:
                report.add(name, _state(value))
        elif key == "tests":
            raise NoReport("the report has a `tests` that is no object of names")
    if not found:
        raise NoReport("the report is no JSON object with `tests`")
    return report


def _state(value: Any) -> CaseState:
    if value is True:
        return "passed"
    return _STATES.get(value, "failed") if isinstance(value, str) else "failed"
