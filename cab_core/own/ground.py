"""What a repository's own tests say of it as it is: which pass each time, and which lines each runs."""

from __future__ import annotations

import fnmatch
import glob
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

import attrs

from cab_core.errors import UserError
from cab_core.plugins.protocols import Runtime, StopSignal
from cab_core.records import CaseState, Environment
from cab_core.records.task import CountStyle
from cab_core.run.reports.lines import read_go, read_libtest
from cab_core.run.reports.report import Report
from cab_core.run.reports.tap import read_tap
from cab_core.run.reports.unittest_lines import read_unittest

from .bench import Bench, Ran, bench
from .copies import copies_in_image, copies_told, installed_copies
from .languages import by_products, is_package
from .repository import Files
from .runner import Runner

Lines = Mapping[str, Mapping[int, tuple[str, ...]]]  # by file and line, the tests (of pytest) that run it
_FIRST_S = 1800.0  # for the first run of all tests, of which nothing is known
# Seconds that a task may take: one of few, for what was measured is never the same twice.
_STEPS_S = (300.0, 3600.0)
_SAID = 15  # lines of what was printed, in a message
_LITTER = 50  # files that tests left behind, by name
MANY = 200  # tests, above which a task is graded by those files alone that run its source file
_NO_NAME = re.compile(r" \(line \d+\)$")  # a test of rustdoc is called by its line, which a fix may move
_READERS: dict[CountStyle, Callable[[str], Report]] = {
    "libtest": read_libtest,
    "go": read_go,
    "tap": read_tap,
    "unittest": read_unittest,
}


@attrs.frozen(kw_only=True)
class Ground:
    """A repository's files, what runs its tests, and what came of that.

    `tests`: passed each time, by the names of the report; empty where only the exit code is known. `failing`
    and `unsteady` are those that did not. `lines` is None where nothing measures them; where they are known,
    so are the `test_files` in which tests stand, by their names. `duration_s` is of one run. `installed` are
    files of which a copy lies in the image, and where. `by_products` are patterns of what the tests leave
    behind; `printed` are its last lines.
    """

    files: Files
    runner: Runner
    tests: frozenset[str]
    failing: tuple[str, ...] = ()
    unsteady: tuple[str, ...] = ()
    lines: Lines | None = None
    test_files: Mapping[str, str] = attrs.field(factory=dict)
    duration_s: float = 0.0
    notes: tuple[str, ...] = ()
    installed: Mapping[str, str] = attrs.field(factory=dict)
    by_products: tuple[str, ...] = ()
    printed: str = ""

    @property
    def timeout_s(self) -> float:
        """After which a run with a mutant is ended."""
        return 5 * self.duration_s + 10

    @property
    def grade_s(self) -> float:
        """What a task says that its grader may take."""
        return next((s for s in _STEPS_S if s >= 10 * self.duration_s), _STEPS_S[-1])

    def covered(self, path: str) -> set[int] | None:
        """Return the lines of a file that tests run, or None where nothing measured them."""
        return None if self.lines is None else set(self.lines.get(path, {}))

    def running(self, path: str, first: int, last: int) -> list[str] | None:
        """Return the tests that run lines of a file, the most particular first; None: any may."""
        if self.lines is None:
            return None
        of_file = self.lines.get(path, {})
        found = {test for line in range(first, last + 1) for test in of_file.get(line, ())}
        if not found:
            return None  # run while it is imported: any test may see it
        return sorted(found, key=lambda test: (self.lines_run().get(test, 0), test))

    def lines_run(self) -> dict[str, int]:
        """Return how many lines of the package each test runs."""
        counts: dict[str, int] = defaultdict(int)
        for path, lines in (self.lines or {}).items():
            for tests in lines.values() if is_package(path) else ():
                for test in tests:
                    counts[test] += 1
        return counts

    def graded(self, path: str) -> tuple[tuple[str, ...], frozenset[str]]:
        """Return what is run to grade a change of a file, and which tests that are: all, or of the files that
        run it.
        """
        if len(self.tests) > MANY and self.lines is not None:
            running = {t.partition("::")[0] for tests in self.lines.get(path, {}).values() for t in tests}
            if tests := {name for name in self.tests if self.test_files.get(name) in running}:
                return tuple(sorted(running)), frozenset(tests)
        return self.runner.paths, self.tests


def look(
    files: Files,
    runner: Runner,
    runtime: Runtime,
    stop: StopSignal,
    environment: Environment | None = None,
    lines: bool = False,
) -> Ground:
    """Run all tests twice, and once more where it is measured which `lines` they run.

    Raises:
        UserError: no test passes; says what was printed.
    """
    lines = lines and runner.is_pytest
    with bench(files, runtime, runner.needs(environment), stop, lines) as place:
        runner, first = _first(place, runner)
        again = place.run(runner.command(), _FIRST_S)
        seen = place.run(runner.command(), _FIRST_S, lines=True) if lines else None
        installed = copies_in_image(files, place) if environment is not None else {}
        notes = installed_copies(files, place) if runner.is_pytest and environment is None else []
        notes += copies_told(installed)
        left = place.litter(files)
    steady = named(first) & named(again)
    if not steady if runner.kind != "exit" else first.why or again.why:
        raise UserError(
            f"no test passes with {' '.join(runner.argv)}: {again.why or 'none was run'}\n{_end(again)}\n"
            "They are run on what is committed, without files that git ignores or a build made. "
            "What runs them is said with --tests 'COMMAND'"
        )
    either = first.passed() | again.passed()
    return Ground(
        files=files,
        runner=runner,
        tests=steady,
        failing=tuple(sorted({*first.tests, *again.tests} - either)),
        unsteady=tuple(sorted(either - (first.passed() & again.passed()))),
        lines=_lines_of(seen) if seen else None,
        test_files=_files_of(seen) if seen else {},
        duration_s=again.duration_s,
        notes=tuple(notes),
        installed=installed,
        by_products=_patterns(files, left),
        printed=_end(again),
    )


def _end(ran: Ran) -> str:
    return "\n".join(ran.output.strip().splitlines()[-_SAID:])


def named(ran: Ran) -> frozenset[str]:
    """Return the tests that passed, by names that a change of the source does not change."""
    return frozenset(name for name in ran.passed() if not _NO_NAME.search(name))


def _first(place: Bench, runner: Runner) -> tuple[Runner, Ran]:
    """Run all tests; where only the exit code would be read, see who prints results like these."""
    ran = place.run(runner.command(), _FIRST_S)
    if runner.kind != "exit":
        return runner, ran
    for style, read in _READERS.items():
        report = read(ran.output)
        if report.count("passed") and not (report.fault or report.unheld or report.ended_early):
            named = attrs.evolve(runner, kind="counts", style=style)
            tests: dict[str, CaseState] = {t.name: t.state for t in report.tests}
            return named, attrs.evolve(ran, tests=tests)
    return runner, ran


def _patterns(files: Files, left: Sequence[str]) -> tuple[str, ...]:
    """Return patterns of what tools of these languages leave, and of what the tests left besides."""
    known = by_products(files)
    more = [glob.escape(p) for p in left if not any(fnmatch.fnmatchcase(p, k) for k in known)]
    return (*known, *more[:_LITTER])


def _files_of(ran: Ran) -> dict[str, str]:
    return {name: test["nodeid"].partition("::")[0] for name, test in ran.watched["tests"].items()}


def _lines_of(ran: Ran) -> Lines:
    found = {
        path: {int(n): tuple(tests) for n, tests in lines.items()}
        for path, lines in ran.watched["lines"].items()
    }
    if not any(lines for path, lines in found.items() if is_package(path)):
        raise UserError(
            "the tests run no line of this repository's own source: is another copy of it installed? "
            "Say how its own is found, such as --tests 'python3 -m pytest -o pythonpath=lib'"
        )
    return found
