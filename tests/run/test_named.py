"""Tests that decide, by name: those pass, whatever the others do."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import pytest

from cab_core.records import CaseState, GradeCommand
from cab_core.run.named import as_listed, why_not_named
from cab_core.run.reports.report import Report

COMMAND = GradeCommand(
    argv=("x",), kind="junit", report="r.xml", fail_to_pass=("a::one",), pass_to_pass=("a::two",)
)


def why(states: Mapping[str, CaseState], exit_code: int = 0) -> str | None:
    """Return why a report with these results is not accepted."""
    report = Report()
    for name, state in states.items():
        report.add(name, state)
    return why_not_named(COMMAND, exit_code, report)


def test_a_test_that_decides_nothing_may_fail() -> None:
    """The runner's exit code then tells of it alone."""
    assert why({"a::one": "passed", "a::two": "passed", "b": "failed"}, exit_code=1) is None


def test_an_exit_code_that_no_failure_explains_is_none_to_accept() -> None:
    """A runner that broke off has not run all, whatever its report says."""
    assert why({"a::one": "passed", "a::two": "passed"}, exit_code=2) == "exit code 2"


@pytest.mark.parametrize(
    ("states", "said"),
    [
        ({"a::two": "passed"}, "1 of 2 tests that decide were not run: a::one"),
        ({"a::one": "passed", "a::two": "failed"}, "1 of 2 tests that decide did not pass: a::two"),
        ({"a::one": "skipped", "a::two": "passed"}, "1 of 2 tests that decide did not pass: a::one"),
    ],
)
def test_each_that_decides_must_be_there_and_pass(states: Mapping[str, CaseState], said: str) -> None:
    """What is absent, skipped or failed is named."""
    assert why(states) == said


@pytest.mark.parametrize(
    ("reported", "listed"),
    [
        ("a::t[/usr/lib/x/test_utils.py]", "a::t[/test_utils.py]"),
        ("a::t[two words]", "a::t[two"),
        ("a::t[//host/path]", "a::t[//host/path]"),
        ("a::t[http://host/a/b]", "a::t[http://host/a/b]"),
        ("a::t", "a::t"),
    ],
)
def test_a_name_is_known_as_swe_bench_lists_it(reported: str, listed: str) -> None:
    """A parameter that is a path of somebody's machine, or holds a space: all tests that are listed so must pass."""
    command = attrs.evolve(COMMAND, fail_to_pass=(listed,), pass_to_pass=())
    assert as_listed(reported) == listed
    for state, said in (("passed", None), ("failed", f"1 of 1 tests that decide did not pass: {listed}")):
        report = Report()
        report.add(reported, state)  # type: ignore[arg-type]
        assert why_not_named(command, int(said is not None), report) == said


def test_of_results_with_one_name_each_counts() -> None:
    """A forged second result does not take a failure back."""
    report = Report()
    for state in ("failed", "passed"):
        report.add("a::one", state)
    report.add("a::two", "passed")
    assert why_not_named(COMMAND, 1, report) == "1 of 2 tests that decide did not pass: a::one"


def test_blanks_at_the_end_of_a_name_on_a_list_are_no_other_test() -> None:
    """No report has them: a name that ends in one would never have been run."""
    report = Report()
    report.add("big arrays (length > 100) ", "passed")
    command = attrs.evolve(COMMAND, fail_to_pass=("big arrays (length > 100) ",), pass_to_pass=())
    assert why_not_named(command, 0, report) is None
    report.add("big arrays (length > 100)", "failed")
    assert why_not_named(command, 1, report) is not None
