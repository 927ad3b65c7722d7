"""What a test prints without a line end runs into its result, and what it prints may look like one."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.run.test_reports import ESC, LIBTEST, printed, states

UNITTEST = """
import sys, unittest
say = sys.stderr.write
class T(unittest.TestCase):
    def test_a(self): say("no line end")
    def test_b(self):
        "serialize (json)"
        say("a line\\nlook")
    @unittest.expectedFailure
    def test_c(self): say("x"); self.fail()
    def test_d(self): say("x"); self.skipTest("it's so")
    def test_e(self):
        "does ... ok"
        say("other (text)\\n")
    def test_f(self): say("x"); assert LAST
    @classmethod
    def tearDownClass(cls): say("torn down\\n")
"""


def unittest_prints(here: Path, last: str) -> tuple[int, str]:
    """Return the exit code of Python's own runner, and what it prints."""
    (here / "test_it.py").write_text(UNITTEST.replace("LAST", last))
    argv = (sys.executable, "-m", "unittest", "-v", "test_it")
    done = subprocess.run(argv, cwd=here, capture_output=True, text=True, check=False)
    return done.returncode, f"{done.stdout}\n{done.stderr}"


def test_unittest_s_results_are_read_beside_what_tests_print(tmp_path: Path) -> None:
    """At the end of a line, below a description that looks like a test, before what a fixture prints."""
    code, text = unittest_prints(tmp_path, "1")
    found = printed("unittest", text, 4)
    assert (code, found.ok, found.reason) == (0, True, None)
    assert states(found) == ["passed", "passed", "todo", "skipped", "passed", "passed"]


def test_unittest_s_failure_is_read_beside_what_tests_print(tmp_path: Path) -> None:
    """The same run with a failure; a summary that says FAILED beside passes alone is none."""
    code, text = unittest_prints(tmp_path, "0")
    found = printed("unittest", text, 4)
    assert (code, found.ok, found.reason) == (1, False, "1 of 6 tests failed")
    assert not printed("unittest", text.replace("xFAIL", "xFAIL\nlook"), 5).ok


RUST = """
use std::io::Write;
fn say(text: &str) { std::io::stdout().write_all(text.as_bytes()).unwrap(); }
#[test] fn a() { say("no line end") }
#[test] fn b() { say("a line\\nx ... ok\\nlook") }
#[test] #[ignore] fn c() {}
#[test] #[should_panic] fn d() { say("test z ... "); panic!() }
"""


@pytest.mark.skipif(shutil.which("rustc") is None, reason="rustc is not on this machine")
@pytest.mark.parametrize("threads", ["1", "2"])
def test_libtest_s_results_are_read_beside_what_tests_print(tmp_path: Path, threads: str) -> None:
    """With one thread the result comes after what was printed, with more the whole line does."""
    (tmp_path / "lib.rs").write_text(RUST)
    subprocess.run(["rustc", "--test", "lib.rs", "-o", "it"], cwd=tmp_path, check=True, capture_output=True)
    argv = ("./it", f"--test-threads={threads}")
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=True)
    found = printed("libtest", done.stdout, 3)
    assert (found.ok, found.reason, sorted(states(found))) == (True, None, ["passed"] * 3 + ["skipped"])


def libtest(lines: str, passed: int, failed: int = 0) -> str:
    """Return what libtest prints, with its summary."""
    summary = LIBTEST.format(word="FAILED" if failed else "ok", p=passed, f=failed)
    return f"running {passed + failed} tests\n{lines}{summary}"


GO = "=== RUN   TestOut\n{0}--- {1}: TestOut (0.00s)\n=== RUN   TestB\n    x_test.go:4: --- PASS: TestB (0.00s)\n{2}PASS"
B = "--- PASS: TestB (0.00s)\n"
BESIDE = {
    "go": ("go", GO.format("out", "PASS", B), GO.format("out", "FAIL", B)),
    "go, a subtest": ("go", GO.format("=== RUN   TestOut/s\nx    --- PASS: TestOut/s (0s)\n", "PASS", "") + f"\n{B}",
                      GO.format("=== RUN   TestOut/s\nx    --- FAIL: TestOut/s (0s)\n", "PASS", "") + f"\n{B}"),
    "libtest, one thread": ("libtest", libtest("test a ... outok\ntest b ... ok", 2),
                            libtest("test a ... outFAILED\ntest b ... ok", 1, 1)),
    "libtest, more": ("libtest", libtest("outtest a ... ok\ntest b ... ok", 2),
                      libtest("outtest a ... FAILED\ntest b ... ok", 1, 1)),
    "unittest": ("unittest", "a (t.T.a) ... outok\nb (t.T.b) ... ok\n\nRan 2 tests in 0s\n\nOK",
                 "a (t.T.a) ... outFAIL\nb (t.T.b) ... ok\n\nRan 2 tests in 0s\n\nFAILED (failures=1)"),
    "unittest, in colour": ("unittest", f"a (t.T.a) ... out{ESC}[32mok{ESC}[0m\nb (t.T.b) ... ok\n\nRan 2 tests in 0s\n\nOK",
                            f"a (t.T.a) ... out{ESC}[31mERROR{ESC}[0m\nb (t.T.b) ... ok\n\nRan 2 tests in 0s\n\nFAILED (errors=1)"),
}  # fmt: skip


@pytest.mark.parametrize("name", BESIDE)
def test_a_result_is_read_where_it_runs_into_what_was_printed(name: str) -> None:
    """A pass as one, a failure as one."""
    style, right, wrong = BESIDE[name]
    found: Any = printed(style, right)
    assert (found.ok, found.reason, found.ended_early) == (True, None, False)
    assert states(printed(style, wrong)).count("failed") == 1


ONLY_NOISE = {
    "go: a test that has its result": ("go", "=== RUN   A\n    x.go:1: --- FAIL: A (0s)\n--- PASS: A (0s)\nPASS"),
    "go: another test": ("go", "=== RUN   A\nx--- FAIL: B (0s)\n--- PASS: A (0s)\nPASS"),
    "libtest: nothing is missing": ("libtest", libtest("log: test z ... FAILED\ntest a ... ok", 1)),
    "unittest: its own line says more": ("unittest", "a (t.T.a) ... noiseFAIL\nok\n\nRan 1 test in 0s\n\nOK"),
    "unittest: no name of a test": ("unittest", "a (t.T.a) ... x\ndumps (json) ... done\nok\n\nRan 1 test in 0s\n\nOK"),
    "unittest: a text in brackets": ("unittest", "a (t.T.a) ... x\ndumps (json)\ndumps (a.json)\nok\n\nRan 1 test in 0s\n\nOK"),
}  # fmt: skip


@pytest.mark.parametrize("name", ONLY_NOISE)
def test_what_looks_like_a_result_is_none_where_none_is_missing(name: str) -> None:
    """A test that has its result needs no other."""
    style, text = ONLY_NOISE[name]
    found = printed(style, text, 1)
    assert (found.ok, states(found)) == (True, ["passed"])


def test_long_lines_do_not_hold_a_verdict_up() -> None:
    """A megabyte of what could begin a result is read in one pass."""
    for style in ("unittest", "libtest", "go", "tap"):
        for piece in ("skipped '", "test x ... ", "--- PASS: ", "    ok {", "a (t.T.a) ... "):
            assert not printed(style, f"a (t.T.a) ... x\nx{piece * 100_000}x\n" * 2).ok
