"""What Unity prints and what jest writes, held against their own counts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cab_core.records import GradeCommand
from cab_core.run.verdicts import Verdict, verdict

UNITY = "Compiling\ntest_a.c:9:test_one:PASS\nleft open test_a.c:12:test_two:{0}\n\n---\n2 Tests {1} Failures {2} Ignored \n{3}\n"


def unity(text: str, passes: int | None = None) -> Verdict:
    """Return the verdict on what a program with Unity printed."""
    command = GradeCommand(argv=("x",), kind="counts", style="unity", passes=passes)
    return verdict(command, 0, text, "", None, Path("/nowhere"))


def test_unity_s_lines_are_tests_and_its_counts_must_agree() -> None:
    """Colours and what a test printed before its line hide nothing; an ignored test is no pass."""
    whole = UNITY.format("PASS", 0, 0, "OK")
    assert unity(whole).ok and unity(whole.replace("PASS", "\x1b[42mPASS\x1b[00m"), 2).ok
    assert unity(UNITY.format("FAIL: Expected 1", 1, 0, "FAIL")).reason == "1 of 2 tests failed"
    assert "1 skipped" in (unity(UNITY.format("IGNORE", 0, 1, "OK"), 2).reason or "")
    assert unity(UNITY.format("PASS", 1, 0, "OK")).reason == "its summary says 1 passed, its lines show 2"


def test_a_program_of_unity_that_ended_early_is_no_pass() -> None:
    """Code under test may exit with 0: then there is no summary."""
    found = unity(UNITY.partition("\n\n")[0].format("PASS"))
    assert not found.ok and found.ended_early


def jest(tmp_path: Path, statuses: list[str], file: str = "passed", **counts: int) -> Verdict:
    """Return the verdict on a report of jest about one file."""
    tests = [{"ancestorTitles": ["a"], "title": str(i), "status": s} for i, s in enumerate(statuses)]
    said: dict[str, Any] = {
        "numPassedTests": statuses.count("passed"),
        "numFailedTests": statuses.count("failed"),
        "numTotalTests": len(statuses),
        "testResults": [{"name": "/x/a.spec.js", "status": file, "assertionResults": tests}],
        **counts,
    }
    (tmp_path / "report").write_text(json.dumps(said))
    command = GradeCommand(argv=("x",), kind="json", report="report")
    return verdict(command, 0, "", "", None, tmp_path)


@pytest.mark.parametrize(
    ("statuses", "file", "counts", "why"),
    [
        (["passed", "passed"], "passed", {}, None),
        (["passed", "failed"], "failed", {}, "1 of 2 tests failed"),
        (["passed", "odd"], "passed", {}, "1 of 2 tests failed"),
        ([], "failed", {}, "1 of 1 tests failed"),
        ([], "passed", {}, "no test was run"),
        (["passed"], "passed", {"numTotalTests": 2}, "numTotalTests is 2, and there are 1"),
        (["passed", "pending"], "passed", {}, "1 of 2 tests skipped or to do; that holds only where"),
    ],
)
def test_jest_s_report_is_read_and_held_against_its_counts(
    tmp_path: Path, statuses: list[str], file: str, counts: dict[str, int], why: str | None
) -> None:
    """A file that could not be loaded is a failure, and what is skipped is no pass."""
    found = jest(tmp_path, statuses, file, **counts)
    assert found.ok is (why is None) and (found.reason or "").startswith(why or "")


def test_a_report_that_only_looks_like_jest_s_is_none(tmp_path: Path) -> None:
    """A stranger's shape is told, not raised."""
    (tmp_path / "report").write_text('{"testResults": [1]}')
    command = GradeCommand(argv=("x",), kind="json", report="report")
    assert "not as jest writes it" in (verdict(command, 0, "", "", None, tmp_path).reason or "")
