"""Results of a test file itself: node shows one for a file that ended before a test of it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cab_core.records import CaseResult

from .report import Report

_SCRIPT = re.compile(r".+\.[cm]?[jt]sx?", re.I)
_ABSOLUTE = re.compile(r"(?:/|[A-Za-z]:/|file://)\S+")
_OF_TESTS = re.compile(r"(?:\S*[/._-])?(?:tests?|spec)[/._-]\S+", re.I)
_PLACEHOLDER = re.compile(r"^\{\w+\}/")


def set_files_aside(report: Report, argv: Sequence[str]) -> None:
    """Take results that are a file's own, and passed, out of a report: code can end its process with 0.

    `argv` says which files were named to the runner.
    """
    kept: list[CaseResult] = []
    files: list[str] = []
    for test in report.tests:
        name = test.name.rpartition("::")[2].replace("\\", "/")
        if test.state == "passed" and _is_file(name, argv):
            files.append(name)
        else:
            kept.append(test)
    if files:
        report.tests = kept
        last = files[0].rpartition("/")[2][:80]
        said = f"a result is of the file {last!r} itself: it ended before it had a test"
        report.doubt(said, early=True)
        if not kept:
            report.find_fault(said)


def _is_file(name: str, argv: Sequence[str]) -> bool:
    if not _SCRIPT.fullmatch(name):
        return False
    words = [_PLACEHOLDER.sub("", word).removeprefix("./") for word in argv]
    named = any(f"/{name}".endswith(f"/{w}") or f"/{w}".endswith(f"/{name}") for w in words if w)
    return named or any(shape.fullmatch(name) for shape in (_ABSOLUTE, _OF_TESTS))
