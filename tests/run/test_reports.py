"""What runners write and print is read as a sequence: every failure counts, and what is not whole is no pass."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.records import CommandResult, GradeCommand, from_json
from cab_core.run.reports.junit import read_junit
from cab_core.run.reports.report import MOST
from cab_core.run.reports.tap import read_tap
from cab_core.run.verdicts import Verdict, verdict

ESC = "\x1b"


def written(tmp_path: Path, kind: Any, report: str | bytes, passes: int | None = None) -> Verdict:
    """Return the verdict on a report."""
    data = report.encode() if isinstance(report, str) else report
    (tmp_path / "report").write_bytes(data)
    command = GradeCommand(argv=("x",), kind=kind, report="report", passes=passes)
    return verdict(command, 0, "", "", None, tmp_path)


def printed(style: Any, text: str, passes: int | None = None) -> Verdict:
    """Return the verdict on what a runner printed."""
    command = GradeCommand(argv=("x",), kind="counts", style=style, passes=passes)
    return verdict(command, 0, text, "", None, Path("/nowhere"))


def states(found: Verdict) -> list[str]:
    """Return the states of the results, in their order."""
    return [test.state for test in found.tests or ()]


# --- repeated names

FAILED_THEN_PASSED = {
    "junit": '<testsuites><testsuite name="A"><testcase classname="" name="adds"><failure message="boom"/></testcase>'
    '</testsuite><testsuite name="B"><testcase classname="" name="adds"/></testsuite></testsuites>',
    "json": '{"tests": {"adds": false, "adds": true}}',
    "json twice": '{"tests": {"adds": false}, "tests": {"adds": true}}',
}
LIBTEST = "\ntest result: {word}. {p} passed; {f} failed; 0 ignored; 0 measured; 0 filtered out"
PRINTED = {
    "libtest": "running 2 tests\ntest adds ... {0}\ntest adds ... ok",
    "unittest": "adds (t.T.adds) ... {0}\nadds (t.T.adds) ... ok\nRan 2 tests in 0.1s\n\nOK",
    "go": "=== RUN   Adds\n--- {0}: Adds (0.00s)\n=== RUN   Adds\n--- PASS: Adds (0.00s)\nPASS",
    "tap": "1..2\n{0} 1 - adds\nok 2 - adds",
}
WORDS = {
    "libtest": ("FAILED", "ok"),
    "unittest": ("FAIL", "ok"),
    "go": ("FAIL", "PASS"),
    "tap": ("not ok", "ok"),
}


def two(style: str, failed: bool) -> str:
    """Return what a runner prints of two tests of one name, of which the first failed or passed."""
    text = PRINTED[style].format(WORDS[style][not failed])
    summary = LIBTEST.format(word="FAILED" if failed else "ok", p=2 - failed, f=int(failed))
    return text + (summary if style == "libtest" else "")


@pytest.mark.parametrize("name", FAILED_THEN_PASSED)
def test_a_repeated_name_hides_no_failure_in_a_report(tmp_path: Path, name: str) -> None:
    """Failed, then passed under the same name: a failure; both passed: two tests that passed."""
    kind, report = name.partition(" ")[0], FAILED_THEN_PASSED[name]
    found = written(tmp_path, kind, report, 2)
    assert (found.ok, found.reason, states(found)) == (False, "1 of 2 tests failed", ["failed", "passed"])
    right = report.replace('<failure message="boom"/>', "").replace("false", "true")
    assert written(tmp_path, kind, right, 2).ok


@pytest.mark.parametrize("style", PRINTED)
def test_a_repeated_name_hides_no_failure_in_what_is_printed(style: str) -> None:
    """The same in lines."""
    found = printed(style, two(style, failed=True), 2)
    assert (found.ok, found.reason, states(found)) == (False, "1 of 2 tests failed", ["failed", "passed"])
    assert printed(style, two(style, failed=False), 2).ok and printed(style, two(style, failed=False)).ok


def test_two_lines_of_one_label_are_compared_each_in_its_place() -> None:
    """Where the first is wrong and the second right, one of two is wrong, and not none."""
    command = GradeCommand(argv=("x",), kind="output", output="expected.txt")
    found = verdict(command, 0, "sum: 4\nsum: 3\n", "", "sum: 2\nsum: 3\n", Path("/nowhere"))
    assert (found.ok, states(found)) == (False, ["failed", "passed"])


def test_an_earlier_cab_s_results_are_still_read() -> None:
    """They were an object of names."""
    found = from_json(
        {"argv": ["x"], "kind": "json", "exit_code": 0, "timed_out": False, "ok": False, "duration_s": 1,
         "tests": {"a": True, "b": False}}, CommandResult)  # fmt: skip
    assert (found.names("passed"), found.names("failed")) == (["a"], ["b"])


# --- JUnit

CASE = '<testcase classname="c" name="a"/>'
SOUND = {
    "an escape character": f'<testsuite>{CASE}<system-out>{ESC}[32mok{ESC}[0m</system-out></testsuite>',
    "a reference to one": f'<testsuite>{CASE}<system-out>&#27;[32mok&#x1b;[0m &#0;</system-out></testsuite>',
    "an escape character in a name": f'<testsuite><testcase name="{ESC}[1ma"/></testsuite>',
    "no UTF-8": b"<testsuite><testcase name='\xff\xfe'/></testsuite>",
    "a DOCTYPE": f"<!DOCTYPE testsuite><testsuite>{CASE}</testsuite>",
    "a DOCTYPE from elsewhere": f'<!DOCTYPE t SYSTEM "junit.dtd"><testsuite>{CASE}</testsuite>',
    "a namespace": f'<testsuite xmlns="urn:x">{CASE}</testsuite>',
    "a prefix": '<j:testsuites xmlns:j="urn:x"><j:testsuite><j:testcase name="a"/></j:testsuite></j:testsuites>',
    "an encoding": f'<?xml version="1.0" encoding="ISO-8859-1"?><testsuite>{CASE}</testsuite>',
    "UTF-16": f'<?xml version="1.0" encoding="utf-16"?><testsuite>{CASE}</testsuite>'.encode("utf-16"),
    "a byte order mark": f"\ufeff<testsuite>{CASE}</testsuite>",
    "counts that agree": f'<testsuites tests="1" failures="0"><testsuite tests="1" errors="">{CASE}</testsuite></testsuites>',
    "nested": f'<testsuite tests="0"><testsuite tests="1">{CASE}</testsuite></testsuite>',
    "a flaky test that passed": '<testsuite><testcase name="a"><flakyFailure/><rerunFailure/></testcase></testsuite>',
    "googletest": '<testsuite><testcase name="a" status="run" result="completed"/></testsuite>',
}  # fmt: skip


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_report_is_read_however_it_is_written(tmp_path: Path, name: str) -> None:
    """Namespaces, DOCTYPEs, encodings, characters that XML does not have: one test, that passed."""
    found = written(tmp_path, "junit", SOUND[name])
    assert (found.ok, found.reason, states(found)) == (True, None, ["passed"])


FAULTY = {
    "errors without a case": f'<testsuite tests="1" errors="1">{CASE}</testsuite>',
    "failures without a case": f'<testsuites failures="2"><testsuite>{CASE}</testsuite></testsuites>',
    "failures that are no number": f'<testsuite failures="some">{CASE}</testsuite>',
    "less than none": f'<testsuite failures="-1">{CASE}</testsuite>',
    "more tests than cases": f'<testsuite tests="3">{CASE}</testsuite>',
    "fewer tests than cases": f'<testsuite tests="1">{CASE}<testcase name="b"/></testsuite>',
    "of an inner suite": f'<testsuites><testsuite name="i" errors="1"/><testsuite>{CASE}</testsuite></testsuites>',
}


@pytest.mark.parametrize("name", FAULTY)
def test_a_suite_that_counts_what_no_case_shows_is_no_pass(tmp_path: Path, name: str) -> None:
    """A runner that knows of an error without a case for it says so in its counts alone."""
    found = written(tmp_path, "junit", FAULTY[name])
    assert not found.ok and found.reason is not None and "suite" in found.reason


def test_assertions_that_are_counted_as_tests_need_the_task_s_own_count(tmp_path: Path) -> None:
    """pytest counts subtests: with `passes` such a report holds, a failure without a case never does."""
    report = f'<testsuite tests="7">{CASE}{CASE}</testsuite>'
    assert [written(tmp_path, "junit", report, n).ok for n in (None, 2, 7)] == [False, True, False]
    assert not written(tmp_path, "junit", report.replace("tests=", 'errors="1" tests='), 2).ok


FAILURES = {
    "a status": '<testcase name="a" status="failed"/>',
    "a result": '<testcase name="a" result="Failure"/>',
    "a word that nobody knows": '<testcase name="a" status="exploded"/>',
    "an attribute": '<testcase name="a" failure="1 == 2"/>',
    "deeper": '<testcase name="a"><steps><step><failure/></step></steps></testcase>',
    "beside the cases": f"{CASE}<error>the suite's end failed</error>",
    "a prefix": '<j:testcase name="a"><j:error/></j:testcase>',
    "skipped as well": '<testcase name="a"><skipped/><failure/></testcase>',
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_is_one_wherever_it_stands(tmp_path: Path, name: str) -> None:
    """In a child, an attribute, around the cases."""
    found = written(tmp_path, "junit", f'<testsuite xmlns:j="urn:x">{FAILURES[name]}</testsuite>', 1)
    assert not found.ok and "failed" in states(found)


SKIPPED = {
    "skipped": "<testcase name='s'><skipped/></testcase>",
    "xfail": "<testcase name='s'><skipped type='pytest.xfail'/></testcase>",
    "a status": "<testcase name='s' status='notrun'/>",
    "to do, and failed": "<testcase name='s'><skipped type='todo'/><failure/></testcase>",
}


@pytest.mark.parametrize("name", SKIPPED)
def test_a_skip_is_neither_a_failure_nor_a_pass(tmp_path: Path, name: str) -> None:
    """It does not count; without the task's count it could be the code's own doing."""
    report = f"<testsuite>{CASE}{SKIPPED[name]}</testsuite>"
    assert [written(tmp_path, "junit", report, n).ok for n in (1, 2, None)] == [True, False, False]
    assert "passes" in (written(tmp_path, "junit", report).reason or "")
    assert not written(tmp_path, "junit", f"<testsuite>{SKIPPED[name]}</testsuite>").ok


def test_another_document_is_no_report(tmp_path: Path) -> None:
    """Told by its root."""
    found = written(tmp_path, "junit", "<html/>")
    assert (found.ok, found.reason) == (False, "the report is no JUnit XML: its root is <html>")


def test_several_reports_are_one(tmp_path: Path) -> None:
    """A file for each class, as Maven's surefire writes them: all count, in the order of their names."""
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports/TEST-a.xml").write_text(f"<testsuite>{CASE}</testsuite>")
    (tmp_path / "reports/TEST-b.xml").write_text(FAILED_THEN_PASSED["junit"])
    (tmp_path / "reports/other.txt").write_text("x")
    command = GradeCommand(argv=("x",), kind="junit", report="reports/*.xml")
    assert states(verdict(command, 0, "", "", None, tmp_path)) == ["passed", "failed", "passed"]
    (tmp_path / "reports/TEST-c.xml").symlink_to("TEST-a.xml")
    assert verdict(command, 0, "", "", None, tmp_path).reason == "the report is no file that can be read"


# --- lines

COLOURED = {
    "libtest": f"running 1 test\ntest a ... {ESC}[32mok{ESC}(B{ESC}[m" + LIBTEST.format(word="ok", p=1, f=0),
    "unittest": f"a (t.T.a) ... {ESC}[32mok{ESC}[0m\n\nRan 1 test in 0.1s\n\n{ESC}[32mOK{ESC}[0m",
    "go": f"{ESC}[1m=== RUN   A{ESC}[0m\n{ESC}[32m--- PASS: A (0.00s){ESC}[0m\n{ESC}[32mPASS{ESC}[0m",
    "tap": f"{ESC}]0;title\x07{ESC}[32mok{ESC}[39m 1 - a\r\n1..1\r\n",
}


@pytest.mark.parametrize("style", COLOURED)
def test_a_terminal_s_colours_are_no_part_of_a_line(style: str) -> None:
    """Some runners print them though nobody looks."""
    found = printed(style, COLOURED[style])
    assert (found.ok, found.reason, states(found)) == (True, None, ["passed"])


@pytest.mark.parametrize("style", PRINTED)
def test_a_runner_that_did_not_come_to_its_end_needs_the_task_s_count(style: str) -> None:
    """Code under test can end its runner; without summary or plan nobody knows how many there should be."""
    text = {"libtest": "running 1 test\ntest a ... ok", "unittest": "a (t.T.a) ... ok",
            "go": "=== RUN   A\n--- PASS: A (0.00s)", "tap": "ok 1 - a"}[style]  # fmt: skip
    found = printed(style, text)
    assert (found.ok, found.ended_early) == (False, True) and "passes" in (found.reason or "")
    assert printed(style, text, 1).ok and not printed(style, text, 2).ok


NOT_WHOLE = {
    "a plan with too few lines": ("tap", "1..3\nok 1 - a"),
    "a plan with too many lines": ("tap", "1..1\nok 1\nok 2"),
    "a plan at the end": ("tap", "ok 1\n1..2"),
    "two plans": ("tap", "1..1\nok 1\n1..1"),
    "a test that bailed out": ("tap", "1..1\nok 1\nBail out! no disk"),
    "a subtest with too few lines": ("tap", "1..1\n    1..2\n    ok 1\nok 1 - parent"),
    "a subtest that failed": ("tap", "1..1\n    not ok 1\n    1..1\nok 1 - parent"),
    "a subtest without its parent": ("tap", "1..1\nok 1\n    not ok 1"),
    "details without an end": ("tap", "1..1\nok 1\n  ---\nnot ok 2"),
    "a summary of more": ("libtest", "test a ... ok" + LIBTEST.format(word="ok", p=2, f=0)),
    "a summary of failures": ("libtest", "test a ... ok" + LIBTEST.format(word="FAILED", p=1, f=1)),
    "a second crate without an end": ("libtest", "running 1 test\ntest a ... ok" + LIBTEST.format(word="ok", p=1, f=0)
                                      + "\nrunning 1 test\n"),
    "a doc test that failed": ("libtest", "test src/lib.rs - f (line 1) ... FAILED" + LIBTEST.format(word="ok", p=0, f=0)),
    "a result that noise ran into": ("unittest", "a (t.T.a) ... noiseFAIL\nb (t.T.b) ... ok\n\nRan 2 tests in 0.1s\n\nOK"),
    "the last one": ("unittest", "b (t.T.b) ... ok\na (t.T.a) ... noiseFAIL\n\nRan 2 tests in 0.1s\n\nOK"),
    "a run of more": ("unittest", "a (t.T.a) ... ok\n\nRan 2 tests in 0.1s\n\nOK"),
    "FAILED without a test": ("unittest", "a (t.T.a) ... ok\n\nRan 1 test in 0.1s\n\nFAILED (errors=1)"),
    "a subtest of unittest": ("unittest", "a (t.T.a) ... \n  a (t.T.a) (i=1) ... FAIL\n\nRan 1 test in 0.1s\n\nFAILED (failures=1)"),
    "an unexpected success": ("unittest", "a (t.T.a) ... unexpected success\n\nRan 1 test in 0.1s\n\nOK"),
    "FAIL without a test": ("go", "--- PASS: A (0.00s)\nFAIL\tpkg [build failed]"),
    "a test that began": ("go", "=== RUN   A\n=== RUN   A/b\n--- PASS: A (0.00s)\nPASS"),
    "a subtest of go": ("go", "--- FAIL: A (0.00s)\n    --- FAIL: A/b (0.00s)\nPASS"),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_WHOLE)
def test_lines_that_contradict_themselves_are_no_pass(name: str) -> None:
    """A plan, a summary, a parent say how many there are and how they ended: whatever the task counts."""
    style, text = NOT_WHOLE[name]
    assert not any(printed(style, text, passes).ok for passes in (None, 1, 2))


NAMELESS = [
    "1..2\nok\nok",
    "ok 1\nok 2\n1..2",
    "TAP version 14\n1..2\nok - a\nok b",
    "1..2 # why\nok 1 a\nok 2 -",
]


@pytest.mark.parametrize("text", NAMELESS)
def test_lines_of_tap_need_neither_name_nor_number(text: str) -> None:
    """Both are optional."""
    assert (printed("tap", text).ok, states(printed("tap", text))) == (True, ["passed", "passed"])


def test_what_tap_leaves_out_is_no_failure() -> None:
    """TODO that failed, TODO that passed, SKIP: none of them a pass either."""
    found = printed("tap", "1..4\nok 1\nnot ok 2 # TODO later\nok 3 # todo\nok 4 a \\# b # SKIP no", 1)
    assert (found.ok, states(found)) == (True, ["passed", "todo", "todo", "skipped"])


def test_a_subtest_is_told_by_its_own_parent_alone() -> None:
    """What failed below a test that is to do says nothing of the next one."""
    found = printed("tap", "1..2\n    not ok 1\n    1..1\nnot ok 1 # TODO\nok 2 - fine", 1)
    assert (found.ok, states(found)) == (True, ["todo", "passed"])


def test_the_failures_in_full_are_no_results() -> None:
    """unittest prints them after its lines, with code that may look like one."""
    told = f"{'=' * 70}\nFAIL: a (t.T.a)\n{'-' * 70}\n  b (t.T.b) ... ok\n\n{'-' * 70}\n"
    found = printed("unittest", f"a (t.T.a) ... FAIL\n\n{told}Ran 1 test in 0.1s\n\nFAILED (failures=1)")
    assert states(found) == ["failed"]


def test_a_plan_of_none_says_why() -> None:
    """`1..0` is a file that was skipped."""
    assert (
        printed("tap", "1..0 # SKIP no database").reason
        == "no test was run: its plan is 1..0 SKIP no database"
    )


def test_a_runner_that_prints_no_line_a_test_is_told_so() -> None:
    """Not that no test was run: three were."""
    found = printed("unittest", "...\n" + "-" * 70 + "\nRan 3 tests in 0.1s\n\nOK")
    assert found.reason == "it says that it ran 3 tests, and shows 0; it must be told to be verbose"
    assert "verbose" in (printed("libtest", "..." + LIBTEST.format(word="ok", p=3, f=0)).reason or "")


def test_a_flood_of_results_is_bounded() -> None:
    """Millions of lines do not become millions of records."""
    found = printed("tap", "ok\n" * (MOST + 10))
    assert len(found.tests or ()) == MOST and not found.ok


# --- whatever the text

LINES = ["ok", "not ok", "ok 1 - a", "1..1", "1..2", "    ok 1", "    not ok 1", "  ---", "  ...", "Bail out!", "# x",
         "a.t .. ", "TAP version 13", "ok # SKIP", "test a ... ok", "test a ... FAILED", "running 1 test",
         "test result: ok. 1 passed; 0 failed; 0 ignored", "a (t.T) ... ok", "  a (t.T) ... FAIL", "Ran 1 test in 0s",
         "OK", "FAILED (x)", "=== RUN   A", "--- PASS: A (0s)", "--- FAIL: A (0s)", "PASS", "FAIL", "", "\x1b[1m", "\r"]  # fmt: skip


@given(st.sampled_from(sorted(PRINTED)), st.lists(st.sampled_from(LINES), max_size=12))
def test_lines_in_any_order_give_a_verdict_that_counts_failures(style: Any, lines: list[str]) -> None:
    """There is a reason wherever it is no pass, and no pass beside a result that failed."""
    found = printed(style, "\n".join(lines))
    assert found.ok == (found.reason is None)
    assert not (found.ok and "failed" in states(found))


@given(st.sampled_from(sorted(PRINTED)), st.text(max_size=200))
def test_no_text_raises_or_passes(style: Any, text: str) -> None:
    """What is no runner's output is no pass."""
    found = printed(style, text)
    assert not found.ok and found.reason


@given(st.lists(st.booleans(), min_size=1, max_size=9), st.data())
def test_no_order_and_no_names_hide_a_failure(results: list[bool], data: st.DataObject) -> None:
    """Tests with names from a small set: as many failures as there are, in JUnit as in TAP."""
    names = [data.draw(st.sampled_from("ab")) for _ in results]
    cases = [
        f"<testcase name='{n}'>{'' if ok else '<failure/>'}</testcase>"
        for n, ok in zip(names, results, strict=True)
    ]
    junit = read_junit(f"<testsuite>{''.join(cases)}</testsuite>".encode())
    points = [f"{'' if ok else 'not '}ok {n}" for n, ok in zip(names, results, strict=True)]
    tap = read_tap("\n".join([f"1..{len(results)}", *points]))
    assert junit.count("failed") == tap.count("failed") == results.count(False)
