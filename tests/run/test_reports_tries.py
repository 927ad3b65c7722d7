"""Tests that were tried again: one test, by what the report says of it; and what failed first hides nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.run.test_reports import states, written

A, B = '<testcase classname="c" name="a"/>', '<testcase classname="c" name="b"/>'
BAD = '<testcase classname="c" name="a"><failure/></testcase>'
MARKED = '<testcase classname="c" name="a"><rerun message="boom"/></testcase>'


def suite(cases: str, counts: str = "") -> str:
    """Return a report of one suite."""
    return f'<testsuites><testsuite name="s" {counts}>{cases}</testsuite></testsuites>'


ONE = {
    "counted once": suite(A + A + B, 'tests="2" failures="0"'),
    "counted once, three tries": suite(A + A + B + A, 'tests="2"'),
    "marked": suite(MARKED + A + B),
    "marked, each counted": suite(MARKED + A + B, 'tests="3"'),
    "in a suite of suites": suite(A + A + B, 'tests="2"').replace("<testsuites>", '<testsuites tests="2">'),
}


@pytest.mark.parametrize("name", ONE)
def test_tries_of_one_test_are_one(tmp_path: Path, name: str) -> None:
    """As pytest-rerunfailures writes them: each a case, and the suite counts the test once; or with a mark."""
    found = written(tmp_path, "junit", ONE[name], 2)
    assert (found.ok, found.reason, states(found)) == (True, None, ["passed", "passed"])
    assert written(tmp_path, "junit", ONE[name]).ok


SEVERAL = {
    "both are counted": (suite(A + A, 'tests="2"'), ["passed", "passed"]),
    "nothing is counted": (suite(A + A), ["passed", "passed"]),
    "some other number": (suite(A + A + A, 'tests="2"'), ["passed"] * 3),
    "in two suites": (suite(f'{A}</testsuite><testsuite tests="1">{A}', 'tests="1"'), ["passed", "passed"]),
    "failed, then passed": (suite(BAD + A, 'tests="1"'), ["failed", "passed"]),
    "failed and marked": (suite(BAD.replace("<failure/>", "<failure/><rerun/>") + A), ["failed", "passed"]),
    "failed at last": (suite(A + BAD, 'tests="1" failures="1"'), ["failed"]),
    "marked alone": (suite(MARKED), ["passed"]),
}  # fmt: skip


@pytest.mark.parametrize("name", SEVERAL)
def test_a_repeated_name_alone_is_no_other_try(tmp_path: Path, name: str) -> None:
    """Without a word of the report each counts, and one that failed counts in any case."""
    report, expected = SEVERAL[name]
    found = written(tmp_path, "junit", report, expected.count("passed") or 1)
    assert (states(found), found.ok) == (expected, "failed" not in expected)


FLAKY = '<testcase classname="c" name="a"><flakyFailure><stackTrace/></flakyFailure></testcase>'
FAILED = '<testcase classname="c" name="a"><failure/><rerunFailure/></testcase>'


@pytest.mark.parametrize(
    "counts", ['tests="1" failures="0"', 'tests="1" failures="1"', 'tests="2" failures="1"']
)
def test_a_test_that_passed_at_last_passed(tmp_path: Path, counts: str) -> None:
    """Surefire counts the failure of its first try, or does not; nor is `flakyError` one."""
    for report in (suite(FLAKY, counts), suite(FLAKY, counts).replace("Failure", "Error")):
        found = written(tmp_path, "junit", report)
        assert (found.ok, found.reason, states(found)) == (True, None, ["passed"])


@pytest.mark.parametrize(
    "report",
    [suite(FAILED), suite(FLAKY, 'failures="2"'), suite(FLAKY, 'failures="1" errors="1"'),
     suite(FLAKY + FAILED, 'failures="2"'), suite(FLAKY) .replace("<testsuites>", '<testsuites errors="2">')],
)  # fmt: skip
def test_a_flaky_test_excuses_its_own_failures_alone(tmp_path: Path, report: str) -> None:
    """A failure that no case shows, or one in each try, is one."""
    assert not any(written(tmp_path, "junit", report, n).ok for n in (None, 1, 2))


QT = (
    '<testsuite><testcase result="pass" name="a"/><testcase result="xfail" name="b">{}</testcase></testsuite>'
)


def test_a_failure_that_was_expected_is_none(tmp_path: Path) -> None:
    """Qt says `xfail` of it; `xpass`, or a failure within, is one."""
    found = written(tmp_path, "junit", QT.format(""), 1)
    assert (found.ok, states(found)) == (True, ["passed", "todo"])
    assert not written(tmp_path, "junit", QT.format("<failure/>"), 1).ok
    assert not written(tmp_path, "junit", QT.format("").replace("xfail", "xpass"), 1).ok


def test_a_suite_that_counts_subtests_says_what_to_write(tmp_path: Path) -> None:
    """pytest 9 does; what the surplus was is nowhere in its report."""
    report = suite(A + B, 'tests="7"')
    assert written(tmp_path, "junit", report, 2).ok
    assert written(tmp_path, "junit", report).reason == (
        "suite 's' counts 7 tests and shows 2, as where subtests are counted; "
        "that holds only where the task says how many pass (`passes`)"
    )


TRIED_AGAIN = """
import pytest, pathlib
def test_flaky():
    with open("tries", "a") as file: file.write("x")
    assert len(pathlib.Path("tries").read_text()) > LAST
def test_a(): pass
"""
# What pytest-rerunfailures does: each try is reported, with an outcome that the XML does not have.
AGAIN = """
import pytest
from _pytest.runner import runtestprotocol
def pytest_runtest_protocol(item, nextitem):
    for last in (False, True):
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
        again = not last and any(r.failed for r in reports)
        for report in reports:
            if again and report.failed: report.outcome = "rerun"
            item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        if not again: return True
"""


@pytest.mark.parametrize(("last", "expected"), [(0, True), (1, True), (2, False)])
def test_a_test_that_pytest_tries_again_is_one(tmp_path: Path, last: int, expected: bool) -> None:
    """Passed at once, at the second try, at none."""
    (tmp_path / "conftest.py").write_text(AGAIN)
    (tmp_path / "test_it.py").write_text(TRIED_AGAIN.replace("LAST", str(last)))
    argv = (
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--junit-xml=report",
        "test_it.py",
    )
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, check=False)
    assert (done.returncode == 0) == expected, done.stdout
    found = written(tmp_path, "junit", (tmp_path / "report").read_bytes(), 2)
    assert (found.ok, found.reason) == ((True, None) if expected else (False, "1 of 2 tests failed"))
