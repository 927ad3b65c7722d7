"""The suites of JUnit XML: their own counts are held against the cases in them."""

from __future__ import annotations

import re

import attrs

from cab_core.records import CaseState

from .junit_case import Case
from .report import Report


@attrs.define
class _Suite:
    name: str
    attributes: dict[str, str]
    first: int  # of its results
    cases: list[tuple[int, Case]] = attrs.field(factory=list)  # directly in it, with their results' indices
    repeats: int = 0  # results in it that are an earlier try of another
    flaky: int = 0  # failures in it of an earlier try
    outer: bool = False  # of other suites

    def earlier(self) -> dict[int, Case]:
        """Return its cases that passed and stand there again under the same name."""
        last = {case.name: at for at, case in self.cases}
        return {at: c for at, c in self.cases if last[c.name] != at and c.state == "passed"}


class Suites:
    """Takes suites and their cases, in the order of a report."""

    def __init__(self) -> None:
        self._report = Report()
        self._open: list[_Suite] = []
        self._failed: list[int] = []  # indices of results that a suite counts as failures
        self._repeats: set[int] = set()  # indices of results that are an earlier try of another

    def begin(self, attributes: dict[str, str]) -> None:
        """Take a suite's start."""
        for outer in self._open[-1:]:
            outer.outer = True
        self._open.append(_Suite(attributes.get("name", ""), attributes, len(self._report.tests)))

    def add(self, case: Case) -> None:
        """Take a case that ended."""
        at = len(self._report.tests)
        self._add(case.name, case.state, case.failed)
        if len(self._report.tests) > at:  # a report has a most
            self._open[-1].cases.append((at, case))

    def add_failure(self) -> None:
        """Take a failure of what stands around the cases."""
        self._add(self._open[-1].name, "failed", True)

    def add_flaky(self) -> None:
        """Take a failure of an earlier try of a case that passed."""
        self._open[-1].flaky += 1

    def end(self) -> None:
        """Take a suite's end."""
        suite = self._open.pop()
        self._find_repeats(suite)
        if len(self._report.tests) == suite.first and not suite.outer:
            self._report.doubt(f"suite {suite.name[:80]!r} shows no test")
        self._check(suite)
        for outer in self._open[-1:]:
            outer.repeats, outer.flaky = outer.repeats + suite.repeats, outer.flaky + suite.flaky

    def result(self) -> Report:
        """Return the report, without earlier tries of what was tried again."""
        self._report.tests = [t for at, t in enumerate(self._report.tests) if at not in self._repeats]
        return self._report

    def _add(self, name: str, state: CaseState, failed: bool) -> None:
        if failed:
            self._failed.append(len(self._report.tests))
        self._report.add(name, state)

    def _find_repeats(self, suite: _Suite) -> None:
        """Tell earlier tries from tests of one name: by a mark, or since the suite counts them once.

        One that failed is never an earlier try, so a repeated name hides no failure.
        """
        earlier = suite.earlier()
        counted_once = self._tests(suite) == len(suite.cases) - len(earlier)
        repeats = {at for at, case in earlier.items() if case.rerun or counted_once}
        suite.repeats += len(repeats)
        suite.cases = [(at, case) for at, case in suite.cases if at not in repeats]
        self._repeats |= repeats

    def _check(self, suite: _Suite) -> None:
        """Hold a suite's own counts against its cases."""
        inside = len(self._report.tests) - suite.first - suite.repeats
        bad = self._number(suite, "failures") + self._number(suite, "errors")
        name = repr(suite.name[:80])
        if bad > suite.flaky and not (self._failed and self._failed[-1] >= suite.first):
            self._report.find_fault(f"suite {name} counts {bad} failures and errors, and shows none of them")
        # A suite counts what lies directly in it, or all, or each try; some count assertions, or subtests.
        counted, direct, tries = self._tests(suite), len(suite.cases), suite.repeats + suite.flaky
        if counted not in (None, direct, inside, direct + tries, inside + tries):
            subtests = "" if (counted or 0) < inside else ", as where subtests are counted"
            self._report.doubt(f"suite {name} counts {counted} tests and shows {inside}{subtests}")

    def _tests(self, suite: _Suite) -> int | None:
        return self._number(suite, "tests") if suite.attributes.get("tests", "").strip() else None

    def _number(self, suite: _Suite, key: str) -> int:
        text = suite.attributes.get(key, "").strip()
        if re.fullmatch(r"[0-9]{0,9}", text):
            return int(text or "0")
        self._report.find_fault(f"suite {suite.name[:80]!r} has {key}={text[:20]!r}, which is no number")
        return 0
