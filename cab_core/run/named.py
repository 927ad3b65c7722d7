"""The verdict where a task names the tests that decide, as SWE-bench's instances do.

Others may fail: they failed before, or are nobody's business here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from cab_core.records import CaseResult, CaseState, GradeCommand

from .reports.report import Report, as_reported

_SHOWN = 3  # names in a reason


def why_not_named(command: GradeCommand, exit_code: int | None, report: Report) -> str | None:
    """Return why the tests that decide are not all passed, or None.

    A runner that failed a test says so by its exit code: one other than 0 is accepted where a test that
    decides nothing failed, and only there. Of several results with one name each counts.
    """
    wanted = command.named_tests
    states = states_of(report.tests, wanted)
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


def states_of(tests: Iterable[CaseResult], wanted: Iterable[str]) -> dict[str, set[CaseState]]:
    """Return how the tests of each name ended; a wanted name that is not there: those that lists call so.

    A list may have blanks at the end of a name, which no report has.
    """
    states, listed = defaultdict[str, set[CaseState]](set), defaultdict[str, set[CaseState]](set)
    for test in tests:
        states[test.name].add(test.state)
        listed[as_listed(test.name)].add(test.state)
    found = {name: states.get(as_reported(name)) or listed.get(name) for name in wanted if name not in states}
    return {**states, **{name: ended for name, ended in found.items() if ended}}


def as_listed(name: str) -> str:
    """Return a test's name as SWE-bench's lists have it, where they were read from what pytest printed.

    A parameter ends at its first space; of an absolute path, another on each machine, the last part is left.
    """
    name = (name.split() or [""])[0]
    main, bracket, parameter = name.partition("[")
    if parameter[:1] == "/" and parameter[:2] != "//" and "*" not in parameter and parameter.endswith("]"):
        parameter = f"/{parameter.rpartition('/')[2]}"
    return f"{main}{bracket}{parameter}"


def _some(names: list[str]) -> str:
    rest = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + rest
