"""The table of test runners: what it names can be had, and the flags hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from cab_core.plugins.protocols import StopSignal
from cab_core.plugins.registry import Plugins
from cab_core.records import Changes, Grade, GradeCommand, GradeSpec, PackedTask, TaskDoc
from cab_core.run.grader import Grader
from cab_core.tasks.foreign import file_at, file_of, packed
from cab_core.tasks.problems import check_task
from cab_core.tasks.runners import RUNNERS, Runner, java_classes, rust_tests, shipped
from cab_core.tasks.toolchains import lacking, not_required
from tests.support.often import rows


def task(runner: Runner, commands: tuple[GradeCommand, ...], files: dict[str, str]) -> PackedTask:
    """Return a task that a runner grades."""
    doc = TaskDoc(
        schema_version=1,
        title="t",
        prompt="p",
        expected_files=("*",),
        grade=GradeSpec(commands=commands, requires=runner.requires),
    )
    own = [file_at("tests", name, shipped(name)) for name in runner.files]
    return packed("p", "1", "t", doc, [*own, *(file_of("workdir", n, t.encode()) for n, t in files.items())])


def graded(given: PackedTask, tmp_path: Path) -> Grade:
    """Return the verdict on a task's work dir as it is."""
    grader = Grader(
        task=given,
        runtime=Plugins().runtime("local"),
        scratch=tmp_path / "grade",
        log=tmp_path / "log",
        stop=StopSignal(),
    )
    return grader.judge(Changes(changes=()), tmp_path)


@pytest.mark.parametrize("name", RUNNERS)
def test_a_runner_s_command_can_be_judged(name: str) -> None:
    """What it starts is required, what it requires is known, its files are there."""
    runner = RUNNERS[name]
    command = runner.command(["./a"])
    check_task(task(runner, (command,) if name != "rustc" else (rust_tests("a"), command), {"a": ""}), "here")
    assert not_required(command.argv, runner.requires) == []


def test_pytest_takes_no_configuration_from_the_tree(tmp_path: Path) -> None:
    """A conftest.py, a pytest.ini and a pytest.py there change nothing."""
    files = {
        "test_a.py": "import a\n\ndef test_a():\n    assert a.one() == 1\n",
        "a.py": "def one():\n    return 1\n",
        "conftest.py": "raise SystemExit(0)",
        "pytest.ini": "[pytest]\naddopts = --co",
        "pytest.py": "raise SystemExit(0)",
    }
    runner = RUNNERS["pytest"]
    found = graded(task(runner, (runner.command(["test_a.py"], 1),), files), tmp_path)
    assert found.passed, found.commands


JEST = "import { one } from './a';\ntest('one', () => { expect(one()).toBe(1); });\n"
JUNIT = "import org.junit.jupiter.api.Test;\nclass ATest { @Test void one() { assert A.one() == 1; } }"
RUST = "pub fn one() -> i32 { 1 }\n#[test]\nfn is_one() { assert_eq!(one(), 1) }\n"
GO = 'package a\n\nimport "testing"\n\nfunc TestOne(t *testing.T) { if One() != 1 { t.Fail() } }\n'
UNITS = {
    "jest": (
        (),
        ["a.spec.js"],
        {"a.spec.js": JEST, "a.js": "export const one = () => 1;", "babel.config.js": "!"},
    ),
    "junit": (
        (java_classes(["ATest.java"]),),
        ["--select-class=ATest"],
        {"ATest.java": JUNIT, "A.java": "class A { static int one() { return 1; } }"},
    ),
    "rustc": ((rust_tests("a.rs"),), [], {"a.rs": RUST}),
    "cargo": (
        (),
        ["--lib"],
        {"src/lib.rs": RUST, "Cargo.toml": '[package]\nname = "a"\nversion = "0.1.0"\nedition = "2021"\n'},
    ),
    "go": (
        (),
        ["./..."],
        {"a_test.go": GO, "a.go": "package a\n\nfunc One() int { return 1 }\n", "go.mod": "module a\n"},
    ),
}


@pytest.mark.parametrize("name", rows(UNITS, ("rustc", "go")))
def test_a_runner_accepts_what_is_right(tmp_path: Path, name: str) -> None:
    """With the program that is on this machine: one test, which is read by its name and passed."""
    runner, (build, what, files) = RUNNERS[name], UNITS[name]
    if why := lacking(runner.requires):
        pytest.skip(why)
    found = graded(task(runner, (*build, runner.command(what, 1)), files), tmp_path)
    assert found.passed, found.commands
