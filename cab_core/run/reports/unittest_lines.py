"""What `python -m unittest -v` prints: tests, each with its result after what it printed, and a summary."""

from __future__ import annotations

import re

from cab_core.records import CaseState

from .report import NAME, Report, lines_of

_FIXTURES = ("setUpClass", "tearDownClass", "setUpModule", "tearDownModule")
_TEST = re.compile(
    r"(?P<indent>(?:  )?)"
    r"(?P<name>\w+ \((?:[\w<>-]+\.)+[\w<>-]+\)|(?:setUp|tearDown)Module \([\w-]+\))"
    r"(?P<rest>.*)$"
)
_RAN = re.compile(r"Ran (\d{1,9}) tests? in ")
_RULES = ("=" * 70, "-" * 70)
# At the end of what a test printed without a line end of its own.
_AT_END = re.compile(r"(?:ok|OK|FAIL|ERROR|expected failure|unexpected success|skipped (?:'.*'|\".*\"))$")


def read_unittest(text: str) -> Report:
    """Return what `python -m unittest -v` printed."""
    reader = _Reader()
    for line in lines_of(text):
        reader.take(line)
    return reader.close()


class _Reader:
    """Takes lines. A test is open until its result was read."""

    def __init__(self) -> None:
        self.report = Report()
        self._name: str | None = None  # of the test that is open
        self._loose: CaseState | None = None  # what may be its result
        self._first: re.Match[str] | None = None  # a line that is a test where a description follows
        self._begun = self._ran = 0
        self._over = self._ended = self._failed = False

    def take(self, line: str) -> None:
        """Take one line."""
        if summary := _RAN.match(line):
            self._leave()
            self._ran, self._ended, self._over = self._ran + int(summary[1]), True, False
        self._failed |= self._ended and line.startswith("FAILED (")
        self._over |= line in _RULES  # the failures in full: no results any more
        if self._over:
            return
        first, self._first = self._first, None
        if first is not None and " ..." in line:
            self._begin(first, line)
        elif found := _TEST.match(line):
            if " ..." in found["rest"]:
                self._begin(found, found["rest"])
            elif found["rest"].startswith((" (", " [")) or not found["rest"]:
                self._first = found
        elif self._name is not None:
            self._result(line)

    def close(self) -> Report:
        """Hold the results against the summary."""
        report = self.report
        # Some versions of Python do not count those that were skipped.
        if self._ended and not self._begun - report.count("skipped") <= self._ran <= self._begun:
            more = "" if report.tests else "; it must be told to be verbose"
            report.find_fault(f"it says that it ran {self._ran} tests, and shows {self._begun}{more}")
        if self._failed and not report.count("failed"):
            report.find_fault("it says FAILED, and shows no test that failed")
        if not self._ended:
            report.doubt("it printed no summary at its end", early=True)
        return report

    def _begin(self, found: re.Match[str], rest: str) -> None:
        if not found["indent"]:
            self._leave()
            self._begun += not found["name"].startswith(_FIXTURES)
        extra = found["rest"].partition(" ...")[0]
        self._name, self._loose = found["name"] + extra, None
        self._result(rest)

    def _result(self, line: str) -> None:
        assert self._name is not None
        if state := _state(line.rpartition(" ... ")[2].strip()):
            self.report.add(self._name, state)
            self._name = None
        elif found := _AT_END.search(line[-NAME:]):
            self._loose = _state(found[0])

    def _leave(self) -> None:
        """Close a test whose result does not stand by itself: the last line before the next one has it."""
        if self._name is not None and self._loose is not None:
            self.report.add(self._name, self._loose)
        elif self._name is not None:
            self.report.find_fault(f"no result of {self._name[:80]} can be read")
        self._name = self._loose = None


def _state(word: str) -> CaseState | None:
    if word in ("ok", "OK"):
        return "passed"
    if word == "expected failure":
        return "todo"
    if word.startswith("skipped ") or word == "skipped":
        return "skipped"
    return "failed" if word in ("FAIL", "ERROR", "unexpected success") else None
