"""The JSON report of jest, which vitest writes too: files with their tests, and counts of all."""

from __future__ import annotations

from collections import Counter
from typing import Any

from cab_core.records import CaseState

from .report import NoReport, Report

_STATES: dict[str, CaseState] = {
    "passed": "passed",
    "pending": "skipped",
    "skipped": "skipped",
    "disabled": "skipped",
    "todo": "todo",
}
_COUNTS: dict[str, CaseState | None] = {
    "numPassedTests": "passed",
    "numFailedTests": "failed",
    "numTotalTests": None,
}
_OF_FILE = " (the file itself)"  # it could not be loaded, or a hook of it failed


def read_jest(document: dict[str, Any]) -> Report:
    """Return what a report says.

    Raises:
        NoReport: it is none of jest's.
    """
    report = Report()
    try:
        for file in document["testResults"]:
            _take_file(report, file)
        for key, state in _COUNTS.items():
            _hold(report, key, document[key], state)
    except (KeyError, TypeError, AttributeError) as exc:
        raise NoReport(f"the report is not as jest writes it: {type(exc).__name__} {exc}") from exc
    return report


def _take_file(report: Report, file: dict[str, Any]) -> None:
    tests, before = file["assertionResults"], report.count("failed")
    for test in tests:
        name = test.get("fullName") or " ".join([*test["ancestorTitles"], test["title"]])
        report.add(name, _STATES.get(test["status"], "failed"))
    if file["status"] == "failed" and report.count("failed") == before:
        report.add(file["name"].rpartition("/")[2] + _OF_FILE, "failed")
    elif not tests:
        report.doubt("a file shows no test")


def _hold(report: Report, key: str, said: Any, state: CaseState | None) -> None:
    """Hold its counts against its tests, of which a file is none."""
    states = Counter(t.state for t in report.tests if not t.name.endswith(_OF_FILE))
    shown = states[state] if state else sum(states.values())
    if said != shown:
        report.find_fault(f"{key} is {said}, and there are {shown}")
