"""Reports and lines of real test runners, as far as they are on this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import attrs
import pytest

from cab_core.records import GradeCommand
from cab_core.run.verdicts import Verdict, verdict
from cab_core.tasks.toolchains import missing

PYTEST = """
import pytest
def test_adds(): print("\\x1b[31mred\\x1b[0m")
@pytest.mark.parametrize("x", ["\\x1b[0m", "a b"])
def test_named(x): pass
@pytest.mark.xfail
def test_later(): assert 0
@pytest.mark.skip
def test_elsewhere(): pass
def test_last(): {last}
"""
UNITTEST = """
import sys, unittest
class T(unittest.TestCase):
    def test_adds(self): print("out")
    def test_told(self):
        "A line of ... ok"
    def test_noise(self): sys.stderr.write("noise\\n")
    def test_parts(self):
        for i in range(3):
            with self.subTest(i=i): self.assertLess(i, {last})
    def test_elsewhere(self): self.skipTest("why")
    @unittest.expectedFailure
    def test_later(self): self.fail()
"""
NODE = """
const {{test, describe, it}} = require("node:test"), assert = require("assert");
test("adds", () => {{ console.log("\\u001b[31mred"); }});
test("adds", () => assert({last}));
describe("suite \\u001b[32m", () => {{ it("in", () => {{}}); it.skip("elsewhere", () => {{}}); it.todo("later"); }});
"""
RUST = """
//! ```
//! assert!({last});
//! ```
#[test] fn adds() {{ println!("out") }}
#[test] #[should_panic] fn panics() {{ panic!() }}
#[test] #[ignore = "why"] fn elsewhere() {{}}
#[test] fn last() {{ assert!({last}) }}
"""
PERL = """
use Test::More tests => 5;
ok(1, 'adds'); ok(1); subtest parts => sub {{ plan tests => 1; ok({last}) }};
SKIP: {{ skip 'elsewhere', 1 }}
TODO: {{ local $TODO = 'later'; ok(0) }}
"""


@attrs.frozen
class Runner:
    """A runner: a file, in which `{last}` is what decides, and what shows that it is right and wrong."""

    source: str
    file: str
    right: str
    wrong: str
    argv: tuple[str, ...]
    states: dict[str, int]
    kind: Any = "counts"
    style: Any = "tap"


THIS = sys.executable
RUNNERS = {
    "pytest": Runner(PYTEST, "test_it.py", "pass", "assert 0",
                     (THIS, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--junitxml=report", "test_it.py"),
                     {"passed": 4, "skipped": 2}, kind="junit"),
    "unittest": Runner(UNITTEST, "test_it.py", "3", "2", (THIS, "-m", "unittest", "-v", "test_it"),
                       {"passed": 4, "skipped": 1, "todo": 1}, style="unittest"),
    "node, tap": Runner(NODE, "it.test.js", "true", "false", ("node", "--test", "--test-reporter=tap", "it.test.js"),
                        {"passed": 3, "skipped": 1, "todo": 1}),
    "node, junit": Runner(NODE, "it.test.js", "true", "false",
                          ("node", "--test", "--test-reporter=junit", "--test-reporter-destination=report", "it.test.js"),
                          {"passed": 3, "skipped": 1, "todo": 1}, kind="junit"),
    "rustc": Runner(RUST, "lib.rs", "true", "1 > 2", ("sh", "-c", "rustc --test lib.rs -o it && ./it"),
                    {"passed": 3, "skipped": 1}, style="libtest"),
    "perl": Runner(PERL, "it.t", "1", "0", ("perl", "it.t"), {"passed": 3, "skipped": 1, "todo": 1}),
    "prove": Runner(PERL, "it.t", "1", "0", ("prove", "-v", "it.t"), {"passed": 3, "skipped": 1, "todo": 1}),
}  # fmt: skip
REQUIRES = {
    "node, tap": "node>=20",
    "node, junit": "node>=20",
    "rustc": "rustc",
}


def judged(runner: Runner, last: str, passes: int | None, here: Path) -> tuple[int, Verdict]:
    """Run it; return its exit code, and the verdict as if that had been 0: what it says must be enough."""
    (here / runner.file).write_text(runner.source.format(last=last))
    env = {
        **os.environ,
        "PYTHONDONTWRITEBYTECODE": "1",
    }  # as a grader has it: right and wrong code may be of one second
    done = subprocess.run(runner.argv, cwd=here, env=env, capture_output=True, text=True, check=False)
    command = GradeCommand(
        argv=runner.argv, kind=runner.kind, style=runner.style, passes=passes, report="report"
    )
    return done.returncode, verdict(command, 0, done.stdout, done.stderr, None, here)


@pytest.mark.parametrize("name", RUNNERS)
def test_a_real_runner_is_read(tmp_path: Path, name: str) -> None:
    """What it says of right code: each result counted as what it is, and accepted; of wrong code: a failure."""
    runner = RUNNERS[name]
    if shutil.which(runner.argv[0]) is None or missing(REQUIRES.get(name, "python3")) is not None:
        pytest.skip(f"{runner.argv[0]} is not on this machine, or too old")
    code, found = judged(runner, runner.right, runner.states["passed"], tmp_path)
    assert (code, found.ok, found.reason) == (0, True, None)
    assert Counter(test.state for test in found.tests or ()) == runner.states
    code, found = judged(runner, runner.wrong, runner.states["passed"], tmp_path)
    assert code != 0 and not found.ok and "failed" in {test.state for test in found.tests or ()}
