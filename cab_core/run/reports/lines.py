"""Runners that print a line for each test, and a summary at their end: libtest, go test."""

from __future__ import annotations

import re
from collections import Counter

from cab_core.records import CaseState

from .report import MOST, Report, lines_of

_LIBTEST = re.compile(
    r"test result: \w+\. (?P<passed>\d{1,9}) passed; (?P<failed>\d{1,9}) failed; (?P<skipped>\d{1,9}) ignored"
    r"(?:; (?P<measured>\d{1,9}) measured)?"
)
_LIBTEST_FIGURES: tuple[CaseState, ...] = ("passed", "failed", "skipped")
_RUNNING = re.compile(r"running (\d{1,9}) tests?")
_GO = re.compile(r"--- (?P<word>PASS|FAIL|SKIP|BENCH): (?P<name>\S+)")
_GO_STATES: dict[str, CaseState] = {"PASS": "passed", "BENCH": "passed", "SKIP": "skipped", "FAIL": "failed"}


def read_libtest(text: str) -> Report:
    """Return what Rust's own test harness printed; `cargo test` runs several, one after the other."""
    report, announced, name = Report(), 0, None
    said: Counter[CaseState] = Counter()
    within: list[tuple[str, CaseState]] = []  # what may be results, beside what tests printed
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
        elif name is not None:
            _note(within, name, line)
        elif "test " in (parts := line.rpartition(" ... "))[0]:
            _note(within, parts[0].rpartition("test ")[2], parts[2])
    _take_missing(report, said, within)
    _hold_libtest(report, announced, said)
    return report


def _note(within: list[tuple[str, CaseState]], name: str, line: str) -> None:
    word = next((w for w in ("ok", "FAILED") if line.endswith(w)), line)
    if len(within) < MOST and (state := _libtest_state(word)):
        within.append((name, state))


def _take_missing(report: Report, said: Counter[CaseState], within: list[tuple[str, CaseState]]) -> None:
    """Look for results beside what a test printed without a line end, where the summary says more."""
    missing = Counter({state: said[state] - report.count(state) for state in _LIBTEST_FIGURES})
    for name, state in within:
        if missing[state] > 0:
            missing[state] -= 1
            report.add(name.removesuffix(" - should panic"), state)


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
    within: list[re.Match[str]] = []  # results after what a test printed without a line end
    for line in lines_of(text):
        if line.startswith("=== RUN "):
            begun[line[8:].strip()] += 1
        elif found := _GO.match(line.lstrip()):
            begun[found["name"]] -= 1
            report.add(found["name"], _GO_STATES[found["word"]])
        elif len(within) < MOST:
            within += _GO.finditer(line)
        failed |= line == "FAIL" or line.startswith("FAIL\t")
        ended |= line == "PASS" or line.startswith("ok  \t")
    _take_lost(report, begun, within)
    if failed and not report.count("failed"):
        report.find_fault("it says FAIL, and shows no test that failed")
    if not (ended or failed):
        report.doubt("it printed no PASS or FAIL of its own at the end", early=True)
    return report


def _take_lost(report: Report, begun: Counter[str], within: list[re.Match[str]]) -> None:
    """Look within lines for the results of those tests alone that began and have none."""
    for found in within:
        if begun[found["name"]] > 0:
            begun[found["name"]] -= 1
            report.add(found["name"], _GO_STATES[found["word"]])
    lost = [name for name, n in begun.items() if n > 0]
    if lost:
        report.find_fault(f"{len(lost)} tests began and have no result, such as {lost[0][:80]}")
        report.ended_early = True


def _more(report: Report) -> str:
    return "" if report.tests else "; it must be told to be verbose"
