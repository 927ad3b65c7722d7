"""Reading a grader command's verdict out of its exit code, its output or its report."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from cab_core.records import GradeCommand
from cab_core.safe_fs import open_inside

_REPORT_LIMIT = 16 << 20
# One test a line: name, and the word for its result.
_LINES = {
    "libtest": (re.compile(r"^test (?P<name>\S+)(?: - should panic)? \.\.\. (?P<word>\w+)", re.M), {"ok"}),
    "unittest": (re.compile(r"^(?P<name>\w+ \([\w.]+\))(?:\n.*)? \.\.\. (?P<word>\w+)", re.M), {"ok"}),
    "go": (re.compile(r"^[ \t]*--- (?P<word>PASS|FAIL|SKIP): (?P<name>\S+)", re.M), {"PASS"}),
    "tap": (re.compile(r"^(?P<word>ok|not ok) \d+ -? ?(?P<name>[^#\n]*)", re.M), {"ok"}),
}


def verdict(
    command: GradeCommand, exit_code: int | None, stdout: str, stderr: str, expected: str | None, out: Path
) -> tuple[bool, str | None, dict[str, bool] | None]:
    """Return (accepted, why not, results by test). An exit code other than 0 is never accepted.

    `expected` is the expected output; it is compared here, for it must not be where the code runs.
    """
    results = (
        compare_output(stdout, expected or "")
        if command.kind == "output"
        else _report(command, stdout + stderr, out)
    )
    # A report may be left from before, or be forged; a runner that failed a test does not exit with 0.
    if exit_code != 0:
        return False, f"exit code {exit_code}", results
    if command.kind == "exit":
        return True, None, None
    # A runner that dies before its report may exit with 0 all the same.
    if results is None:
        return False, "no report was written", None
    return _counted(command, results)


def compare_output(stdout: str, expected: str) -> dict[str, bool]:
    """Return for each line of the expected output, by its part before the colon, whether it is there.

    A line that nobody expected is a failure of its own.
    """
    have, want = (
        [line.rstrip() for line in text.splitlines() if line.strip()] for text in (stdout, expected)
    )
    results = {line.partition(":")[0]: i < len(have) and have[i] == line for i, line in enumerate(want)}
    return results | {f"unexpected line {i + 1}": False for i in range(len(want), len(have))}


def _counted(command: GradeCommand, results: dict[str, bool]) -> tuple[bool, str | None, dict[str, bool]]:
    failed = [n for n, ok in results.items() if not ok]
    if failed:
        return False, f"{len(failed)} of {len(results)} tests failed", results
    # Code under test can end its runner early: fewer tests than the reference passes are no pass.
    if command.passes is not None and len(results) != command.passes:
        return False, f"{len(results)} tests passed, the reference passes {command.passes}", results
    return bool(results), None if results else "no test was run", results


def _report(command: GradeCommand, text: str, out: Path) -> dict[str, bool] | None:
    if command.kind == "counts":
        pattern, good = _LINES[command.style]
        return {m["name"].strip(): m["word"] in good for m in pattern.finditer(text)}
    if command.kind in ("junit", "json"):
        report = _read_report(out, command.report or "")
        parse = _junit if command.kind == "junit" else _json
        return None if report is None else parse(report)
    return None


def _read_report(out: Path, path: str) -> bytes | None:
    # The code under test can write there: no link is followed, and no pipe waited for.
    file = open_inside(out, path)
    if file is None:
        return None
    with file:
        return file.read(_REPORT_LIMIT)


def _json(report: bytes) -> dict[str, bool] | None:
    """`{"tests": {"name": true, ...}}`."""
    try:
        tests = json.loads(report)["tests"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    return {str(k): v is True for k, v in tests.items()} if isinstance(tests, dict) else None


def _junit(report: bytes) -> dict[str, bool] | None:
    if b"<!DOCTYPE" in report:
        return None  # no runner writes one; entities would unpack to more than memory holds
    try:
        root = ElementTree.fromstring(report)
    except (ElementTree.ParseError, ValueError, LookupError):
        return None
    cases = root.iter("testcase")
    bad = ("failure", "error", "skipped")
    return {
        f"{c.get('classname', '')}::{c.get('name', '')}": all(c.find(b) is None for b in bad) for c in cases
    }
