"""JUnit XML, as many programs write it: with namespaces, a DOCTYPE, nested suites, counts of its own."""

from __future__ import annotations

import codecs
import re
from xml.parsers import expat

import attrs

from cab_core.records import CaseState

from .report import NoReport, Report

_ENCODINGS = ("utf-8", "us-ascii", "iso-8859-1", "windows-1252")
_DECLARED = re.compile(rb"""\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']""")
# Not in XML 1.0, and yet written: escape characters in what a test printed, plainly or as a reference.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REFERENCE = re.compile(r"&#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}));")
_SUITES = ("testsuite", "testsuites")
_FAILURES = ("failure", "error")
_FLAKY = ("flakyFailure", "flakyError")  # of an earlier try; the last one passed
# What runners write into `status` and `result` of a case. Any other word is a failure.
_PASSED = ("", "run", "completed", "passed", "pass", "ok", "success", "successful", "succeeded", "true")
_SKIPPED = ("skipped", "skip", "notrun", "disabled", "suppressed", "ignored", "pending")
_EXPECTED = ("xfail", "todo")  # to fail


def read_junit(data: bytes) -> Report:
    """Return what a JUnit XML report says.

    Raises:
        NoReport: it is none.
    """
    reader = _Reader()
    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.StartDoctypeDeclHandler = _doctype
    try:
        parser.Parse(_clean(_decode(data)).encode(), True)
    except expat.ExpatError as exc:
        raise NoReport(f"the report is no XML: {exc}") from exc
    return reader.result()


def _doctype(name: str, system: str | None, public: str | None, internal: int) -> None:
    """Entities are declared in an internal subset alone; what lies elsewhere is never fetched."""
    if internal:
        raise NoReport("the report is no XML that is read: its DOCTYPE declares things of its own")


def _decode(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    declared = _DECLARED.match(data)
    name = declared[1].decode().lower() if declared else "utf-8"
    if name not in _ENCODINGS:
        raise NoReport(f"the report is in {name!r}; expected one of {', '.join(_ENCODINGS)}, utf-16")
    return data.removeprefix(codecs.BOM_UTF8).decode(name, "replace")


def _clean(text: str) -> str:
    return _ILLEGAL.sub("\ufffd", _REFERENCE.sub(_legal, text.lstrip()))


def _legal(reference: re.Match[str]) -> str:
    number = int(reference[1], 16) if reference[1] else int(reference[2])
    legal = number <= 0x10FFFF and not _ILLEGAL.match(chr(number))
    return reference[0] if legal else "\ufffd"


@attrs.define
class _Case:
    name: str
    failed: bool
    skipped: bool
    todo: bool = False
    rerun: bool = False  # marked as a try that was repeated

    @property
    def state(self) -> CaseState:
        if self.todo:
            return "todo"  # expected to fail; node says so of one that failed
        return "failed" if self.failed else "skipped" if self.skipped else "passed"


@attrs.define
class _Suite:
    name: str
    attributes: dict[str, str]
    first: int  # of its results
    cases: list[tuple[int, _Case]] = attrs.field(factory=list)  # directly in it, with the index of the result
    repeats: int = 0  # results in it that are an earlier try of another
    flaky: int = 0  # failures in it of an earlier try
    empty: bool = True

    def earlier(self) -> dict[int, _Case]:
        """Return its cases that did not fail and stand there again under the same name."""
        last = {case.name: at for at, case in self.cases}
        return {at: c for at, c in self.cases if last[c.name] != at and c.state == "passed"}


class _Reader:
    """Takes the elements of a report."""

    def __init__(self) -> None:
        self.report = Report()
        self._suites: list[_Suite] = []
        self._cases: list[_Case] = []
        self._failed: list[int] = []  # indices of results that a suite counts as failures
        self._repeats: set[int] = set()  # indices of results that are an earlier try of another
        self._rooted = False

    def start(self, element: str, attributes: dict[str, str]) -> None:
        """Take a start tag."""
        tag = _local(element)
        if not self._rooted and tag not in _SUITES:
            raise NoReport(f"the report is no JUnit XML: its root is <{element[:40]}>")
        self._rooted = True
        if tag in _SUITES:
            self._suites.append(_Suite(attributes.get("name", ""), attributes, len(self.report.tests)))
        elif tag == "testcase":
            self._cases.append(_case(attributes))
        elif tag in _FAILURES and not self._cases:
            self._add(self._suites[-1].name, "failed", True)  # of what stands around the tests
        elif self._cases:
            self._mark(self._cases[-1], tag, attributes)

    def end(self, element: str) -> None:
        """Take an end tag."""
        tag = _local(element)
        if tag == "testcase":
            case = self._cases.pop()
            self._suites[-1].cases.append((len(self.report.tests), case))
            self._add(case.name, case.state, case.failed)
        elif tag in _SUITES:
            self._close(self._suites.pop())

    def result(self) -> Report:
        """Return the report, without earlier tries of what was tried again."""
        self.report.tests = [t for at, t in enumerate(self.report.tests) if at not in self._repeats]
        return self.report

    def _mark(self, case: _Case, tag: str, attributes: dict[str, str]) -> None:
        """Take an element within a case."""
        case.failed |= tag in _FAILURES
        case.skipped |= tag == "skipped"
        case.todo |= tag == "skipped" and attributes.get("type") == "todo"
        case.rerun |= tag == "rerun"
        self._suites[-1].flaky += tag in _FLAKY

    def _add(self, name: str, state: CaseState, failed: bool) -> None:
        if failed:
            self._failed.append(len(self.report.tests))
        self.report.add(name, state)

    def _close(self, suite: _Suite) -> None:
        self._find_repeats(suite)
        if len(self.report.tests) == suite.first and suite.empty:
            self.report.doubt(f"suite {suite.name[:80]!r} shows no test")
        self._check(suite)
        if self._suites:
            outer = self._suites[-1]
            outer.repeats, outer.flaky = outer.repeats + suite.repeats, outer.flaky + suite.flaky
            outer.empty = False

    def _find_repeats(self, suite: _Suite) -> None:
        """Tell earlier tries from tests of one name: by a mark, or since the suite counts each name once.

        One that failed is never an earlier try.
        """
        earlier = suite.earlier()
        counted_once = self._counted(suite) == len(suite.cases) - len(earlier)
        repeats = {at for at, case in earlier.items() if case.rerun or counted_once}
        suite.repeats += len(repeats)
        suite.cases = [(at, case) for at, case in suite.cases if at not in repeats]
        self._repeats |= repeats

    def _check(self, suite: _Suite) -> None:
        """Hold a suite's own counts against its cases."""
        inside = len(self.report.tests) - suite.first - suite.repeats
        bad = self._number(suite, "failures") + self._number(suite, "errors")
        name = repr(suite.name[:80])
        shown = self._failed and self._failed[-1] >= suite.first
        if bad > suite.flaky and not shown:
            self.report.find_fault(f"suite {name} counts {bad} failures and errors, and shows none of them")
        # A suite counts what lies directly in it, or all, or each try; some count assertions, or subtests.
        counted, direct = self._counted(suite), len(suite.cases)
        tries = suite.repeats + suite.flaky
        if counted not in (None, direct, inside, direct + tries, inside + tries):
            said = f"suite {name} counts {counted} tests and shows {inside}"
            self.report.doubt(f"{said}; it may count subtests" if (counted or 0) > inside else said)

    def _counted(self, suite: _Suite) -> int | None:
        return self._number(suite, "tests") if suite.attributes.get("tests", "").strip() else None

    def _number(self, suite: _Suite, key: str) -> int:
        text = suite.attributes.get(key, "").strip()
        if re.fullmatch(r"[0-9]{0,9}", text):
            return int(text or "0")
        self.report.find_fault(f"suite {suite.name[:80]!r} has {key}={text[:20]!r}, which is no number")
        return 0


def _local(element: str) -> str:
    """Return a name without its namespace's prefix."""
    return element.rpartition(":")[2]


def _case(attributes: dict[str, str]) -> _Case:
    words = [attributes.get(key, "").strip().lower() for key in ("status", "result")]
    skipped = any(word in _SKIPPED for word in words)
    todo = any(word in _EXPECTED for word in words)
    failed = any(word not in (*_PASSED, *_SKIPPED, *_EXPECTED) for word in words)
    name = f"{attributes.get('classname', '')}::{attributes.get('name', '')}"
    return _Case(name, failed or any(f in attributes for f in _FAILURES), skipped, todo)
