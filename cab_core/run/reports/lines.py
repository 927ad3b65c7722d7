"""Runners that print a line for each test, and a summary at their end: libtest, unittest, go test."""

from __future__ import annotations

import re
from collections import Counter

from cab_core.records import CaseState

from .report import Report, lines_of

_LIBTEST = re.compile(
    r"test result: (?P<word>\w+)\. (?P<passed>\d+) passed; (?P<failed>\d+) failed; (?P<ignored>\d+) ignored"
    r"(?:; (?P<measured>\d+) measured)?"
)
_GO = re.compile(r"[ \t]*--- (?P<word>PASS|FAIL|SKIP|BENCH): (?P<name>\S+)")
_GO_STATES: dict[str, CaseState] = {"PASS": "passed", "BENCH": "passed", "SKIP": "skipped", "FAIL": "failed"}
_UNITTEST = re.compile(r"(?P<indent>(?:  )?)(?P<name>\w+ \([\w.<>-]+\))(?P<rest>.*)$")
_FIXTURES = ("setUpClass", "tearDownClass", "setUpModule", "tearDownModule")
_RAN = re.compile(r"Ran (\d{1,9}) tests? in ")


def read_libtest(text: str) -> Report:
    """Return what Rust's own test harness printed; `cargo test` runs several, one after the other."""
    report, runs, name = Report(), 0, None
    said: Counter[CaseState] = Counter()
    for line in lines_of(text):
        if summary := _LIBTEST.match(line):
            runs, name = runs - 1, None
            said["passed"] += int(summary["passed"]) + int(summary["measured"] or 0)
            said["failed"] += int(summary["failed"])
            said["skipped"] += int(summary["ignored"])
        elif re.fullmatch(r"running \d+ tests?", line):
            runs += 1
        elif line.startswith("test ") and " ... " in line:
            name, _, line = line.removeprefix("test ").partition(" ... ")
        if name is not None and (state := _libtest_state(line)):
            report.add(name.removesuffix(" - should panic"), state)
            name = None
    _hold(report, said, ended=bool(said) and runs <= 0)
    return report


def _libtest_state(word: str) -> CaseState | None:
    if word == "ok" or word.startswith("bench:"):
        return "passed"
    if word == "ignored" or word.startswith("ignored, "):
        return "skipped"
    return "failed" if word == "FAILED" or word.startswith("FAILED ") else None


def read_go(text: str) -> Report:
    """Return what `go test -v` printed. A package ends with PASS or FAIL; a test that began must end."""
    report, ended, failed = Report(), False, False
    begun: Counter[str] = Counter()
    for line in lines_of(text):
        if line.startswith("=== RUN "):
            begun[line[8:].strip()] += 1
        elif found := _GO.match(line):
            begun[found["name"]] -= 1
            report.add(found["name"], _GO_STATES[found["word"]])
        failed |= line == "FAIL" or line.startswith("FAIL\t")
        ended |= line == "PASS" or line.startswith("ok  \t")
    lost = [name for name, n in begun.items() if n > 0]
    if lost:
        report.find_fault(f"{len(lost)} tests began and have no result, such as {lost[0][:80]}")
        report.ended_early = True
    if failed and not report.count("failed"):
        report.find_fault("it says FAIL, and shows no test that failed")
    if not (ended or failed):
        report.doubt("it printed no PASS or FAIL of its own at the end", early=True)
    return report


def read_unittest(text: str) -> Report:
    """Return what `python -m unittest -v` printed."""
    report, ran, begun, name, failed = Report(), 0, 0, None, False
    over = ended = False
    for line in lines_of(text):
        if summary := _RAN.match(line):
            ran, ended, over, name = ran + int(summary[1]), True, False, None
        failed |= ended and line.startswith("FAILED (")
        over |= line in ("=" * 70, "-" * 70)  # the failures in full: no results any more
        if over:
            continue
        if found := _UNITTEST.match(line):
            name, line = found["name"] + found["rest"].partition(" ... ")[0], found["rest"]
            begun += not found["indent"] and not name.startswith(_FIXTURES)
        if name is not None and (state := _unittest_state(line)):
            report.add(name, state)
            name = None
    # Some versions of Python do not count those that were skipped.
    if ended and not begun - report.count("skipped") <= ran <= begun:
        report.find_fault(f"it says that it ran {ran} tests, and shows {begun}{'' if begun else _VERBOSE}")
    if failed and not report.count("failed"):
        report.find_fault("it says FAILED, and shows no test that failed")
    if not ended:
        report.doubt("it printed no summary at its end", early=True)
    return report


_VERBOSE = "; it must be told to be verbose"


def _unittest_state(line: str) -> CaseState | None:
    word = line.rpartition(" ... ")[2].strip()
    if word in ("ok", "OK"):
        return "passed"
    if word == "expected failure":
        return "todo"
    if word.startswith("skipped ") or word == "skipped":
        return "skipped"
    return "failed" if word in ("FAIL", "ERROR", "unexpected success") else None


def _hold(report: Report, said: Counter[CaseState], ended: bool) -> None:
    """Hold the lines against the summary's figures."""
    shown = Counter(test.state for test in report.tests)
    for state in ("passed", "failed", "skipped") if ended else ():
        if said[state] != shown[state]:
            more = "" if report.tests else _VERBOSE
            report.find_fault(f"its summary says {said[state]} {state}, its lines show {shown[state]}{more}")
    if not ended:
        report.doubt("it printed no summary at its end", early=True)
