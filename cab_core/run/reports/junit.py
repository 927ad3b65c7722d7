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
# What runners write into `status` and `result` of a case. Any other word is a failure.
_PASSED = ("", "run", "completed", "passed", "pass", "ok", "success", "successful", "succeeded", "true")
_SKIPPED = ("skipped", "skip", "notrun", "disabled", "suppressed", "ignored", "pending")


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
    return reader.report


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
class _Suite:
    name: str
    attributes: dict[str, str]
    first: int  # of its results
    cases: int = 0  # directly in it


@attrs.define
class _Case:
    name: str
    failed: bool
    skipped: bool
    todo: bool = False

    @property
    def state(self) -> CaseState:
        if self.todo:
            return "todo"  # expected to fail; node says so of one that failed
        return "failed" if self.failed else "skipped" if self.skipped else "passed"


class _Reader:
    """Takes the elements of a report."""

    def __init__(self) -> None:
        self.report = Report()
        self._suites: list[_Suite] = []
        self._cases: list[_Case] = []
        self._failed: list[int] = []  # indices of results that a suite counts as failures
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
        elif tag in _FAILURES and self._cases:
            self._cases[-1].failed = True
        elif tag in _FAILURES:
            self._add(self._suites[-1].name, "failed", True)  # of what stands around the tests
        elif tag == "skipped" and self._cases:
            self._cases[-1].skipped = True
            self._cases[-1].todo |= attributes.get("type") == "todo"

    def end(self, element: str) -> None:
        """Take an end tag."""
        tag = _local(element)
        if tag == "testcase":
            case = self._cases.pop()
            self._suites[-1].cases += 1
            self._add(case.name, case.state, case.failed)
        elif tag in _SUITES:
            self._check(self._suites.pop())

    def _add(self, name: str, state: CaseState, failed: bool) -> None:
        if failed:
            self._failed.append(len(self.report.tests))
        self.report.add(name, state)

    def _check(self, suite: _Suite) -> None:
        """Hold a suite's own counts against its cases."""
        inside = len(self.report.tests) - suite.first
        bad = self._number(suite, "failures") + self._number(suite, "errors")
        name = repr(suite.name[:80])
        if bad and not (self._failed and self._failed[-1] >= suite.first):
            self.report.find_fault(f"suite {name} counts {bad} failures and errors, and shows none of them")
        # A suite counts what lies directly in it, or all; some count assertions, or parts of tests.
        counted = self._number(suite, "tests") if suite.attributes.get("tests", "").strip() else inside
        if counted not in (suite.cases, inside):
            self.report.doubt(f"suite {name} counts {counted} tests and shows {inside}")

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
    failed = any(word not in (*_PASSED, *_SKIPPED) for word in words)
    name = f"{attributes.get('classname', '')}::{attributes.get('name', '')}"
    return _Case(name, failed or any(f in attributes for f in _FAILURES), skipped)
