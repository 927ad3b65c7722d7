"""Test runners: how each is started so that code under test cannot configure it, and how its verdict is read.

The one place for a runner's flags. A runner is no guard against code that shares its process: see
`docs/explanation/grading.md`.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from pathlib import Path

import attrs

from cab_core.records import GradeCommand
from cab_core.records.task import CountStyle, GradeKind

_JARS = (
    *("junit-platform-console", "junit-platform-launcher", "junit-platform-engine", "junit-platform-commons"),
    *("junit-platform-reporting", "junit-jupiter-api", "junit-jupiter-params", "junit-jupiter-engine"),
    *("opentest4j", "opentest4j-reporting-events", "opentest4j-reporting-schema", "apiguardian-api"),
    *("junit-vintage-engine", "junit4", "hamcrest", "picocli", "univocity-parsers", "assertj-core"),
)
CLASSPATH = ":".join(f"/usr/share/java/{jar}.jar" for jar in _JARS)  # where Debian's packages have them


@attrs.frozen(kw_only=True)
class Runner:
    """A test runner. What it is to run stands between `argv` and `after`.

    It starts in the tree; `files` names files of this package that it must find in {tests}.
    """

    name: str
    argv: tuple[str, ...]
    after: tuple[str, ...] = ()
    requires: tuple[str, ...]
    kind: GradeKind = "counts"
    style: CountStyle = "libtest"
    report: str | None = None
    files: tuple[str, ...] = ()

    def command(
        self,
        what: Sequence[str] = (),
        passes: int | None = None,
        fail_to_pass: Sequence[str] = (),
        pass_to_pass: Sequence[str] = (),
    ) -> GradeCommand:
        """Return the command that runs `what`: files, packages or classes, as the runner wants them."""
        return GradeCommand(
            argv=(*self.argv, *what, *self.after),
            kind=self.kind,
            style=self.style,
            report=self.report,
            passes=passes,
            fail_to_pass=tuple(fail_to_pass),
            pass_to_pass=tuple(pass_to_pass),
        )


def _console(name: str, engine: str) -> Runner:
    """Return JUnit's console launcher with one engine: others would write a report without a test."""
    return Runner(
        name=name,
        argv=(
            *("java", "-cp", f"{{out}}/classes:{CLASSPATH}"),
            *("org.junit.platform.console.ConsoleLauncher", "--disable-banner", "--details=none"),
            *(f"--include-engine={engine}", "--reports-dir={out}/reports"),
        ),
        requires=("javac", "junit5", "assertj"),
        kind="junit",
        report=f"reports/TEST-{engine}.xml",
    )


_PYTEST = ("-q", "-p", "no:cacheprovider", "--junitxml={out}/report.xml")
RUNNERS = {
    r.name: r
    for r in (
        # No conftest.py, no configuration, no plugin, and no module from the current directory.
        Runner(
            name="pytest",
            argv=(
                *("env", "PYTEST_DISABLE_PLUGIN_AUTOLOAD=1", "python3", "-P", "-m", "pytest"),
                *("--noconftest", "-c", "/dev/null", "--rootdir={tree}", *_PYTEST),
            ),
            requires=("python3>=3.11", "pytest"),
            kind="junit",
            report="report.xml",
        ),
        # For a repository whose tests need its own configuration: protect conftest.py and the like there.
        Runner(
            name="pytest-configured",
            argv=("python3", "-m", "pytest", *_PYTEST),
            requires=("pytest",),
            kind="junit",
            report="report.xml",
        ),
        Runner(
            name="unittest",
            argv=("python3", "-P", "-m", "unittest", "-v"),
            requires=("python3>=3.11",),
            style="unittest",
        ),
        # A configuration of cab's own: it transpiles what babel's preset knows, and reads none of the tree.
        Runner(
            name="jest",
            argv=(
                *("jest", "--config={tests}/jest.config.js", "--runInBand", "--ci"),
                *("--json", "--outputFile={out}/report.json", "--runTestsByPath"),
            ),
            requires=("node", "jest>=29"),
            kind="json",
            report="report.json",
            files=("jest.config.js",),
        ),
        Runner(
            name="node", argv=("node", "--test", "--test-reporter=tap"), requires=("node>=20",), style="tap"
        ),
        Runner(
            name="cargo",
            argv=("cargo", "test", "--offline", "--no-fail-fast"),
            after=("--", "--include-ignored"),
            requires=("cargo",),
        ),
        # What `rustc --test` made, see `rust_tests`.
        Runner(name="rustc", argv=("{out}/tests",), after=("--include-ignored",), requires=("rustc",)),
        # HOME is empty at first: so the standard library is taken from where `go install std` put it.
        Runner(
            name="go",
            argv=(
                *("env", "GOTOOLCHAIN=local", "GOPROXY=off", "GOFLAGS=", "GODEBUG=installgoroot=all"),
                "GOCACHE={out}/go-cache",  # a grader's HOME cannot be written to in a container
                *("go", "test", "-v", "-count=1", "-vet=off"),
            ),
            requires=("go",),
            style="go",
        ),
        # They run classes that `java_classes` made; what they are to run is `--select-class=NAME`.
        _console("junit", "junit-jupiter"),
        _console("junit4", "junit-vintage"),
        # Programs of C with the framework Unity, which the task ships; what a build made stands first.
        Runner(name="unity", argv=(), requires=("gcc", "make"), style="unity"),
        # Programs of C++ with Catch, which the task ships.
        Runner(
            name="catch",
            argv=(),
            after=("-r", "junit", "-o", "{out}/report.xml"),
            requires=("g++",),
            kind="junit",
            report="report.xml",
        ),
    )
}


def built(argv: Sequence[str], made: str) -> GradeCommand:
    """Return a step of the build that makes `made`, a file or directory in {out} or the tree."""
    return GradeCommand(argv=tuple(argv), build=True, artefacts=(made,))


def rust_tests(file: str, edition: str = "2021") -> GradeCommand:
    """Return the build of the tests of one Rust file, which the runner `rustc` runs."""
    argv = ("rustc", f"--edition={edition}", "--test", "-Cdebuginfo=0", "-Awarnings", "-o", "{out}/tests")
    return built((*argv, file), "{out}/tests")


def java_classes(sources: Sequence[str], below: Sequence[str] = (".",)) -> GradeCommand:
    """Return the build of Java sources and of what they name `below` directories, for the runner `junit`."""
    path = ("-sourcepath", ":".join(below), "-cp", CLASSPATH, "-d", "{out}/classes")
    return built(
        ("javac", "-encoding", "UTF-8", "-proc:none", "-nowarn", "-implicit:class", *path, *sources),
        "{out}/classes",
    )


def shipped(name: str) -> Path:
    """Return where a file of `Runner.files` lies."""
    return Path(str(resources.files(__package__).joinpath(name)))
