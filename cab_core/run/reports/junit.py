"""JUnit XML, as many programs write it: with namespaces, a DOCTYPE, nested suites, counts of its own."""

from __future__ import annotations

import codecs
import re
from xml.parsers import expat

from .junit_case import FAILURES, Case, case_of
from .junit_suite import Suites
from .report import NoReport, Report

_ENCODINGS = ("utf-8", "us-ascii", "iso-8859-1", "windows-1252")
_DECLARED = re.compile(rb"""\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']""")
# Not in XML 1.0, and yet written: escape characters in what a test printed, plainly or as a reference.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REFERENCE = re.compile(r"&#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}));")
_SUITES = ("testsuite", "testsuites")
_FLAKY = ("flakyFailure", "flakyError")  # of an earlier try; the last one passed


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
    return reader.suites.result()


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


class _Reader:
    """Takes the elements of a report."""

    def __init__(self) -> None:
        self.suites = Suites()
        self._cases: list[Case] = []
        self._rooted = False

    def start(self, element: str, attributes: dict[str, str]) -> None:
        """Take a start tag."""
        tag = _local(element)
        if not self._rooted and tag not in _SUITES:
            raise NoReport(f"the report is no JUnit XML: its root is <{element[:40]}>")
        self._rooted = True
        if tag in _SUITES:
            self.suites.begin(attributes)
        elif tag == "testcase":
            self._cases.append(case_of(attributes))
        elif self._cases:
            self._cases[-1].mark(tag, attributes)
            if tag in _FLAKY:
                self.suites.add_flaky()
        elif tag in FAILURES:
            self.suites.add_failure()

    def end(self, element: str) -> None:
        """Take an end tag."""
        tag = _local(element)
        if tag == "testcase":
            self.suites.add(self._cases.pop())
        elif tag in _SUITES:
            self.suites.end()


def _local(element: str) -> str:
    """Return a name without its namespace's prefix."""
    return element.rpartition(":")[2]
