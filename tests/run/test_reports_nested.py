"""Suites and files are no tests: what counts is what has nothing below it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from cab_core.plugins.protocols import StopSignal
from cab_core.plugins.registry import Plugins
from cab_core.records import GradeCommand
from cab_core.run.validate import validate
from cab_core.run.verdicts import Verdict, verdict
from cab_core.tasks.toolchains import missing
from tests.run.test_reports import printed, states, written
from tests.support.packs import write_pack

with_node = pytest.mark.skipif(missing("node>=20") is not None, reason="node 20 is not on this machine")
with_perl = pytest.mark.skipif(shutil.which("perl") is None, reason="perl is not on this machine")

SUITE = """
const {describe, it} = require("node:test"), assert = require("node:assert"), lib = require("./lib.js");
describe("add", () => {
  it("adds", {skip: !lib.supported}, () => assert.strictEqual(lib.add(1, 2), 3));
  it("adds zero", {MARK: !lib.supported}, () => assert.strictEqual(lib.add(0, 2), 2));
});
"""
RIGHT = "exports.supported = true; exports.add = (a, b) => a + b;"
WRONG = {
    "skips": "exports.supported = false; exports.add = (a, b) => a - b;",
    "ends": "exports.supported = true; exports.add = (a, b) => a - b; process.exit(0);",
    "ends in a test": "exports.supported = true; exports.add = () => process.exit(0);",
}


def node(here: Path, lib: str, passes: int | None, reporter: str, *which: str, mark: str = "skip") -> Verdict:
    """Return the verdict on node's own runner."""
    (here / "lib.js").write_text(lib)
    (here / "l.test.js").write_text(SUITE.replace("MARK", mark))
    argv = ("node", "--test", f"--test-reporter={reporter}", "--test-reporter-destination=stdout", *which)
    done = subprocess.run(argv, cwd=here, capture_output=True, text=True, check=False)
    (here / "report").write_text(done.stdout)
    kind: Any = "counts" if reporter == "tap" else "junit"
    command = GradeCommand(argv=argv, kind=kind, style="tap", report="report", passes=passes)
    return verdict(command, done.returncode, done.stdout, done.stderr, None, here)


@with_node
@pytest.mark.parametrize("reporter", ["tap", "junit"])
@pytest.mark.parametrize("mark", ["skip", "todo"])
def test_tests_in_a_suite_that_code_under_test_leaves_out_are_no_pass(
    tmp_path: Path, reporter: str, mark: str
) -> None:
    """The suite's own line says ok; the two tests in it were skipped, or are to do."""
    right = node(tmp_path, RIGHT, 2, reporter, "l.test.js", mark=mark)
    assert (right.ok, states(right)) == (True, ["passed", "passed"])
    for passes in (None, 1, 2):
        assert not node(tmp_path, WRONG["skips"], passes, reporter, "l.test.js", mark=mark).ok


@with_node
@pytest.mark.parametrize("reporter", ["tap", "junit"])
@pytest.mark.parametrize("which", [("l.test.js",), ("./l.test.js",), ()])
@pytest.mark.parametrize("lib", ["ends", "ends in a test"])
def test_a_file_that_code_under_test_ends_is_no_test(
    tmp_path: Path, reporter: str, which: tuple[str, ...], lib: str
) -> None:
    """Node shows it as one that passed, under its path, whether it was named or found."""
    for passes in (None, 1, 2):
        found = node(tmp_path, WRONG[lib], passes, reporter, *which)
        assert (found.ok, found.ended_early, states(found)) == (False, True, [])
        assert "'l.test.js' itself" in (found.reason or "")


@with_node
def test_a_task_that_counts_suites_is_not_valid(tmp_path: Path) -> None:
    """Its author is told how many tests the reference passes."""
    commands = (
        'requires = ["node"]\n[[grade.commands]]\nargv = ["node", "--test", "--test-reporter=tap", "{tests}/l.test.js"]\n'
        'kind = "counts"\nstyle = "tap"\npasses = N\n'
    )
    files = {
        "tests/l.test.js": SUITE.replace("MARK", "skip").replace('"./lib.js"', 'process.cwd() + "/lib.js"'),
        "workdir/lib.js": WRONG["skips"],
        "solution/lib.js": RIGHT,
    }
    found = []
    for n in ("1", "2"):
        task = write_pack(tmp_path / n, commands.replace("N", n), files, takes="lib.js")
        found.append(validate(task, Plugins().runtime("local"), tmp_path / n / "scratch", StopSignal()).fault)
    assert "2 tests passed, the reference passes 1" in (found[0] or "") and found[1] is None


PERL = """
use Test::More;
subtest outer => sub {
    subtest inner => sub { ok 1, 'one'; ok 1, 'C# skip works'; done_testing };
    SKIP: { skip 'why', 1 }
    done_testing;
};
subtest absent => sub { plan skip_all => 'no database' };
ok 1, 'renders #todolist';
done_testing;
"""


@with_perl
@pytest.mark.parametrize("argv", [("perl", "it.t"), ("prove", "-v", "it.t")])
def test_perl_s_subtests_are_told_by_their_tests(tmp_path: Path, argv: tuple[str, ...]) -> None:
    """Within one another, left out in part or as a whole."""
    (tmp_path / "it.t").write_text(PERL)
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=True)
    found = printed("tap", done.stdout, 3)
    assert (found.ok, states(found)) == (True, ["passed", "passed", "skipped", "skipped", "passed"])
    assert next(t.name for t in found.tests or ()) == "outer > inner > one"


BRACES = """TAP version 13
1..1
ok 1 - v.test.js # time=4.79ms {
    1..2
    ok 1 - d # time=4.17ms {
        1..3
        ok 1 - a # time=1.40ms
        ok 2 - s # SKIP
        {t} 3 - t # TODO
    }
    {last} 2 - opens {
}
"""


def test_subtests_in_braces_stand_after_their_parent() -> None:
    """As vitest and node-tap write them; times are no part of a name, and a name may end with a brace."""
    found = printed("tap", BRACES.replace("{t}", "not ok").replace("{last}", "ok"), 2)
    assert found.ok
    assert [(t.name, t.state) for t in found.tests or ()] == [
        ("v.test.js > d > a", "passed"),
        ("v.test.js > d > s", "skipped"),
        ("v.test.js > d > t", "todo"),
        ("v.test.js > opens {", "passed"),
    ]
    assert not printed("tap", BRACES.replace("{t}", "ok").replace("{last}", "not ok"), 1).ok


NESTED = {
    "a hook": ("    ok 1 - a\n    1..1\nnot ok 1 - s", ["passed", "failed"]),
    "its test": ("    not ok 1 - a\n    1..1\nnot ok 1 - s", ["failed"]),
    "in a skipped suite": ("    not ok 1 - a\n    1..1\nok 1 - s # SKIP", ["failed"]),
    "to do": ("    not ok 1 - a\n    ok 2 - b\n    1..2\nnot ok 1 - s # TODO", ["todo", "todo"]),
    "deep": ("        not ok 1 - a\n        1..1\n    ok 1 - b\n    1..1\nok 1 - s", ["failed"]),
    "cut": ("    ok 1 - a\n    1..2\nok 1 - s", ["passed", "failed"]),
    "in braces, then before": (
        "ok 1 - s {\n    ok 1\n    1..1\n}\n    ok 1\n    1..1\nok 2 - t",
        ["passed", "passed"],
    ),
    "printed": ("    ok 1 - noise\n    ok 2 - noise\nok 1 - s", ["passed"]),
}


@pytest.mark.parametrize("name", NESTED)
def test_a_failure_around_or_in_a_suite_is_one(name: str) -> None:
    """And what only looks like a subtest, for it has no plan, adds no test."""
    text, expected = NESTED[name]
    assert states(printed("tap", f"1..1\n{text}")) == expected


EMPTY = {
    "node's": ("tap", "ok 1 - a\nok 2 - s\n  ---\n  type: 'suite'\n  ...\n1..2"),
    "a plan of none": ("tap", "ok 1 - a\n    1..0\nok 2 - s\n1..2"),
    "in braces": ("tap", "ok 1 - a\nok 2 - s {\n    1..0\n}\n1..2"),
    "junit": ("junit", '<testsuites><testsuite name="s"/><testsuite><testcase name="a"/></testsuite></testsuites>'),
}  # fmt: skip


@pytest.mark.parametrize("name", EMPTY)
def test_a_suite_without_a_test_wants_the_task_s_count(tmp_path: Path, name: str) -> None:
    """Code under test may have emptied it."""
    style, text = EMPTY[name]
    judged = [
        written(tmp_path, style, text, n) if style == "junit" else printed(style, text, n) for n in (None, 1)
    ]
    assert [f.ok for f in judged] == [False, True]
    assert (judged[0].reason or "").startswith("suite 's' shows no test; ")


@pytest.mark.parametrize(
    ("rest", "state"),
    [("- C# skip works", "passed"), ("- renders #todolist", "passed"), ("- a # todolist", "passed"),
     ("- a\\# skip", "passed"), ("# SKIP", "skipped"), ("- a #skip: why", "skipped"), ("- a # TODO", "todo")],
)  # fmt: skip
def test_a_directive_is_a_word_of_its_own(rest: str, state: str) -> None:
    """White space before it, a word's end after it; else it is part of a name."""
    assert states(printed("tap", f"1..1\nok 1 {rest}")) == [state]


FILES = ["/tmp/x/other.js", "C:\\x\\other.js", "l.js", "sub/l.js", "tests/other.mjs", "a.spec.ts"]
TITLES = ["reads l.js and l.test.js", "index.js", "test_it.py", "l.js.map", "lib", "/tmp/x"]


@pytest.mark.parametrize("name", [*FILES, *TITLES])
def test_a_file_is_told_from_a_test(tmp_path: Path, name: str) -> None:
    """An absolute path, one that was named to the runner, one that is a test's by its name: no test of it."""
    report = f'<testsuite><testcase classname="test" name="{name}"/><testcase name="a"/></testsuite>'
    (tmp_path / "report").write_text(report)
    argv = ("node", "--test", "{tests}/l.js", "lib")
    found = verdict(GradeCommand(argv=argv, kind="junit", report="report"), 0, "", "", None, tmp_path)
    assert (found.ok, found.ended_early, len(found.tests or ())) == (
        (False, True, 1) if name in FILES else (True, False, 2)
    )


def test_what_an_author_s_own_driver_names_after_files_is_a_test(tmp_path: Path) -> None:
    """Lines of expected output, names of a JSON report: no runner put a file there for its tests."""
    assert written(tmp_path, "json", '{"tests": {"tests/a.js": true, "/x/b.ts": true}}', 2).ok
    command = GradeCommand(argv=("node", "a.test.js"), kind="output", output="expected.txt")
    assert verdict(command, 0, "a.test.js: 1\n", "", "a.test.js: 1\n", tmp_path).ok


def test_a_file_that_failed_is_a_failure() -> None:
    """Node shows one that ended with another code than 0 in the same way."""
    found = printed("tap", "1..2\nnot ok 1 - /tmp/l.test.js\nok 2 - a", 1)
    assert states(found) == ["failed", "passed"] and not found.ok
