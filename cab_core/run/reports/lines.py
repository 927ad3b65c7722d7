"""Runners that print a line for each test, and a summary at their end: libtest, unittest, go test."""

from __future__ import annotations

import re
from collections import Counter

from cab_core.records import CaseState

from .report import Report, lines_of

_LIBTEST = re.compile(
    r"test result: \w+\. (?P<passed>\d{1,9}) passed; (?P<failed>\d{1,9}) failed; (?P<skipped>\d{1,9}) ignored"
    r"(?:; (?P<measured>\d{1,9}) measured)?"
)
_LIBTEST_FIGURES: tuple[CaseState, ...] = ("passed", "failed", "skipped")
_RUNNING = re.compile(r"running (\d{1,9}) tests?")
_GO = re.compile(r"[ \t]*--- (?P<word>PASS|FAIL|SKIP|BENCH): (?P<name>\S+)")
_GO_STATES: dict[str, CaseState] = {"PASS": "passed", "BENCH": "passed", "SKIP": "skipped", "FAIL": "failed"}
_UNITTEST = re.compile(r"(?P<indent>(?:  )?)(?P<name>\w+ \([\w.<>-]+\))(?P<rest>.*)$")
_FIXTURES = ("setUpClass", "tearDownClass", "setUpModule", "tearDownModule")
_RAN = re.compile(r"Ran (\d{1,9}) tests? in ")


def read_libtest(text: str) -> Report:
    """Return what Rust's own test harness printed; `cargo test` runs several, one after the other."""
    report, announced, name = Report(), 0, None
    said: Counter[CaseState] = Counter()
    for line in lines_of(text):
        if summary := _LIBTEST.match(line):
            said.update({s: int(summary[s] or 0) for s in _LIBTEST_FIGURES})
            said["passed"] += int(summary["measured"] or 0)
            name = None
        elif found := _RUNNING.fullmatch(line):
            announced += int(found[1])
        elif line.startswith("test ") and " ... " in line:
            name, _, line = line.removeprefix("test ").partition(" ... ")
        if name is not None and (state := _libtest_state(line)):
            report.add(name.removesuffix(" - should panic"), state)
            name = None
    _hold_libtest(report, announced, said)
    return report


def _hold_libtest(report: Report, announced: int, said: Counter[CaseState]) -> None:
    """Hold the lines against what was announced before them, and summed up after them."""
    if announced not in (0, len(report.tests)):
        report.find_fault(f"it announced {announced} tests, and shows {len(report.tests)}{_more(report)}")
        report.ended_early = announced > len(report.tests)
    for state in _LIBTEST_FIGURES if said else ():
        if said[state] != report.count(state):
            shown = f"its lines show {report.count(state)}{_more(report)}"
            report.find_fault(f"its summary says {said[state]} {state}, {shown}")
    if not said:
        report.doubt("it printed no summary at its end", early=True)


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
        found = None if over else _UNITTEST.match(line)
        summary = _RAN.match(line)
        if name is not None and (summary or (found and not found["indent"])):
            report.find_fault(f"no result of {name[:80]} can be read")  # another text ran into it
        if summary:
            ran, ended, over, name = ran + int(summary[1]), True, False, None
        failed |= ended and line.startswith("FAILED (")
        over |= line in ("=" * 70, "-" * 70)  # the failures in full: no results any more
        if over:
            continue
        if found:
            name, line = found["name"] + found["rest"].partition(" ... ")[0], found["rest"]
            begun += not found["indent"] and not name.startswith(_FIXTURES)
        if name is not None and (state := _unittest_state(line)):
            report.add(name, state)
            name = None
    # Some versions of Python do not count those that were skipped.
    if ended and not begun - report.count("skipped") <= ran <= begun:
        report.find_fault(f"it says that it ran {ran} tests, and shows {begun}{_more(report)}")
    if failed and not report.count("failed"):
        report.find_fault("it says FAILED, and shows no test that failed")
    if not ended:
        report.doubt("it printed no summary at its end", early=True)
    return report


def _more(report: Report) -> str:
    return "" if report.tests else "; it must be told to be verbose"


def _unittest_state(line: str) -> CaseState | None:
    word = line.rpartition(" ... ")[2].strip()
    if word in ("ok", "OK"):
        return "passed"
    if word == "expected failure":
        return "todo"
    if word.startswith("skipped ") or word == "skipped":
        return "skipped"
    return "failed" if word in ("FAIL", "ERROR", "unexpected success") else None
