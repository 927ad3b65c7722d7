"""The verdict where a task names the tests that decide, as SWE-bench's instances do.

Others may fail: they failed before, or are nobody's business here.
"""

from __future__ import annotations

from collections import defaultdict

from cab_core.records import CaseState, GradeCommand

from .reports.report import Report

_SHOWN = 3  # names in a reason


def why_not_named(command: GradeCommand, exit_code: int | None, report: Report) -> str | None:
    """Return why the tests that decide are not all passed, or None.

    A runner that failed a test says so by its exit code: one other than 0 is accepted where a test that
    decides nothing failed, and only there. Of several results with one name each counts.
    """
    states: dict[str, set[CaseState]] = defaultdict(set)
    for test in report.tests:
        states[test.name].add(test.state)
    wanted = command.named_tests
    absent = [name for name in wanted if name not in states]
    failed = [name for name in wanted if states.get(name, {"passed"}) != {"passed"}]
    if failed:
        return f"{len(failed)} of {len(wanted)} tests that decide did not pass: {_some(failed)}"
    if absent:
        return f"{len(absent)} of {len(wanted)} tests that decide were not run: {_some(absent)}"
    if report.fault is not None:
        return report.fault
    explained = any("failed" in found for name, found in states.items() if name not in set(wanted))
    return f"exit code {exit_code}" if exit_code != 0 and not explained else None


def _some(names: list[str]) -> str:
    rest = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + rest
