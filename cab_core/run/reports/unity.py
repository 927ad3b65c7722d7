"""What Unity, a framework for tests in C, prints: `file.c:12:name:PASS` for each test, and counts."""

from __future__ import annotations

import re
from collections import Counter

from cab_core.records import CaseState

from .report import Report, lines_of

# Whatever a test printed without a line end may stand before it.
_TEST = re.compile(r"[^:\s]+\.\w+:\d{1,9}:(?P<name>\w+):(?P<word>PASS|FAIL|IGNORE)(?=:|$)")
_SUMMARY = re.compile(r"(\d{1,9}) Tests (\d{1,9}) Failures (\d{1,9}) Ignored\s*$")
_STATES: dict[str, CaseState] = {"PASS": "passed", "FAIL": "failed", "IGNORE": "skipped"}


def read_unity(text: str) -> Report:
    """Return what programs with Unity printed, one after the other."""
    report, said, ended = Report(), Counter[CaseState](), False
    for line in lines_of(text):
        if found := _TEST.search(line):
            report.add(found["name"], _STATES[found["word"]])
        elif summary := _SUMMARY.match(line):
            total, failed, ignored = map(int, summary.groups())
            said.update({"passed": total - failed - ignored, "failed": failed, "skipped": ignored})
            ended = True
    for state in ("passed", "failed", "skipped") if ended else ():
        if said[state] != report.count(state):
            shown = f"its lines show {report.count(state)}"
            report.find_fault(f"its summary says {said[state]} {state}, {shown}")
    if not ended:
        report.doubt("it printed no summary at its end", early=True)
    return report
