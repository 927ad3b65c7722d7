"""A grader command's verdict: its exit code, and the results of its tests held against what the task says."""

from __future__ import annotations

import fnmatch
import os
from contextlib import suppress
from pathlib import Path

import attrs

from cab_core.records import CaseResult, GradeCommand
from cab_core.safe_fs import Tree

from .named import why_not_named
from .reports.files import set_files_aside
from .reports.json_tests import read_json_tests
from .reports.junit import read_junit
from .reports.lines import read_go, read_libtest
from .reports.report import NoReport, Report
from .reports.reward import FILES, read_reward
from .reports.tap import read_tap
from .reports.unittest_lines import read_unittest
from .reports.unity import read_unity

_LIMIT = 16 << 20  # bytes of a command's reports together
_PRINTED = {
    "libtest": read_libtest,
    "unittest": read_unittest,
    "go": read_go,
    "tap": read_tap,
    "unity": read_unity,
}
_WRITTEN = {"junit": read_junit, "json": read_json_tests}


class _Absent(NoReport):
    """There is no file of that name."""


@attrs.frozen
class Verdict:
    """Whether a command is accepted, why not, and the results in their order (None: none could be read).

    `ended_early`: it ended with exit code 0 before it had said all: code under test can end its runner.
    """

    ok: bool
    reason: str | None = None
    tests: tuple[CaseResult, ...] | None = None
    ended_early: bool = False


def verdict(
    command: GradeCommand, exit_code: int | None, stdout: str, stderr: str, expected: str | None, out: Path
) -> Verdict:
    """Return the verdict. An exit code other than 0 is never accepted, but for a reward: Harbor ignores it.

    `expected` is the expected output; it is compared here, for it must not be where the code runs.
    """
    if command.kind == "reward":
        exit_code = None if exit_code is None else 0  # one that a signal ended did not come to its end
    try:
        report = _report(command, stdout, stderr, expected or "", out)
    except NoReport as exc:
        why = str(exc) if exit_code == 0 else f"exit code {exit_code}"
        return Verdict(False, why, None, ended_early=exit_code == 0)
    if report is not None and (command.kind == "junit" or (command.kind, command.style) == ("counts", "tap")):
        set_files_aside(report, command.argv)  # in the others names are the author's, or no file's
    tests = None if report is None else tuple(report.tests)
    if command.named_tests and report is not None:
        lacks = why_not_named(command, exit_code, report)
        return Verdict(lacks is None, lacks, tests, report.ended_early)
    # A report may be left from before, or be forged; a runner that failed a test does not exit with 0.
    if exit_code != 0:
        return Verdict(False, f"exit code {exit_code}", tests)
    if report is None:
        return Verdict(True)
    reason = _why_not(command, report)
    return Verdict(reason is None, reason, tests, reason is not None and _ended_early(command, report))


def compare_output(stdout: str, expected: str) -> Report:
    """Return for each line of the expected output whether it stands in its place.

    A line that nobody expected is a failure of its own.
    """
    have, want = (
        [line.rstrip() for line in text.splitlines() if line.strip()] for text in (stdout, expected)
    )
    report = Report(ended_early=len(have) < len(want))
    for i, line in enumerate(want):
        report.add(line.partition(":")[0], "passed" if have[i : i + 1] == [line] else "failed")
    for i in range(len(want), len(have)):
        report.add(f"unexpected line {i + 1}", "failed")
    return report


def _why_not(command: GradeCommand, report: Report) -> str | None:
    """Return why a report of a command that exited with 0 is not accepted, or None."""
    passed, failed = report.count("passed"), report.count("failed")
    left_out = report.count("skipped", "todo")
    if failed:
        return f"{failed} of {len(report.tests)} tests failed"
    if report.fault is not None:
        return report.fault
    if not report.tests:
        return "no line of a test was printed" if command.kind == "counts" else "no test was run"
    beside = f" ({left_out} skipped or to do)" if left_out else ""
    # Code under test can end its runner early, or skip: fewer tests than the reference passes are no pass.
    if command.passes is not None:
        said = f"{passed} tests passed{beside}, the reference passes {command.passes}"
        return None if passed == command.passes else said
    if not passed:
        return f"no test passed{beside}"
    # What the reference leaves out, or a runner does not say, could be the code's own doing.
    doubt = report.unheld or (
        f"{left_out} of {len(report.tests)} tests skipped or to do" if left_out else None
    )
    return f"{doubt}; that holds only where the task says how many pass (`passes`)" if doubt else None


def _ended_early(command: GradeCommand, report: Report) -> bool:
    fewer = command.passes is not None and len(report.tests) < command.passes
    return report.ended_early or fewer


def _report(command: GradeCommand, stdout: str, stderr: str, expected: str, out: Path) -> Report | None:
    """Return what a command says of its tests; None where its exit code alone counts.

    Raises:
        NoReport: it should have written a report, and did not.
    """
    if command.kind == "output":
        return compare_output(stdout, expected)
    if command.kind == "counts":
        return _PRINTED[command.style](f"{stdout}\n{stderr}")
    if command.kind == "reward":
        return _reward(out, command.report or "")
    if command.kind not in _WRITTEN:
        return None
    merged = Report()
    for data in _read_reports(out, command.report or ""):
        found = _WRITTEN[command.kind](data)
        for test in found.tests:
            merged.add(test.name, test.state)
        merged.fault, merged.unheld = merged.fault or found.fault, merged.unheld or found.unheld
    return merged


def _reward(out: Path, directory: str) -> Report:
    for name in FILES:
        with suppress(_Absent):
            return read_reward(name, _read_reports(out, f"{directory}/{name}")[0])
    raise NoReport(f"no reward was written, expected {' or '.join(FILES)}")


def _read_reports(out: Path, path: str) -> list[bytes]:
    """Return the reports' contents: the code under test can write there, so no link is followed.

    Raises:
        NoReport: there is none, or one cannot be read or is too large.
    """
    tree, left, found = Tree(out), _LIMIT, []
    for name in _matching(tree, path):
        try:
            with tree.open(name) as file:
                found.append(file.read(left + 1))
        except FileNotFoundError:
            raise _Absent("no report was written") from None
        except (OSError, ValueError):
            raise NoReport("the report is no file that can be read") from None
        left -= len(found[-1])
        if left < 0:
            raise NoReport(f"the report is larger than the {_LIMIT >> 20} MiB that are read")
        if not found[-1].strip():
            raise NoReport("the report is empty")
    if not found:
        raise NoReport("no report was written")
    return found


def _matching(tree: Tree, path: str) -> list[str]:
    """Return the reports' paths: some runners write a file for each class, `reports/*.xml`."""
    head, _, last = path.rpartition("/")
    if "*" not in last:
        return [path]
    try:
        with tree.parent(path) as (directory, _):
            names = os.listdir(directory)  # noqa: PTH208  (a descriptor, not a path)
    except (OSError, ValueError):
        return []
    return [f"{head}/{n}".lstrip("/") for n in sorted(names) if fnmatch.fnmatchcase(n, last)]
