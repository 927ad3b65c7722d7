"""Code that answers for its judges: never where output is compared outside, marked where it shares their process."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import attrs
import pytest

from cab_core.records import Grade, GradeCommand, GradeSpec, PackedTask
from cab_core.run.second_look import SAYS
from cab_core.site.build import build_site
from tests.support.cheats.trying import judged
from tests.support.commands import changed
from tests.support.packs import write_pack
from tests.support.puppet import find_task, judge_changes, play

# What stands in the module that the agent may edit, `{out}` found in the words of its process.
WORDS = "import atexit, builtins, gc, inspect, json, os, signal, subprocess, sys, threading, time, unittest\n"
OUT = "OUT = next((os.path.dirname(w) for w in sys.argv[1:] if '/out/' in w), '/nowhere')\n"
REPORTS = (
    OUT
    + """
def forge():
    for name, text in (("r.json", '{"tests": {"a": true, "b": true}}'),
                       ("r.xml", '<testsuite tests="2"><testcase name="a"/><testcase name="b"/></testsuite>')):
        try: open(OUT + "/" + name, "w").write(text)
        except OSError: pass
"""
)
LINES = """
def say():
    os.write(2, b"a (t.T.a) ... ok\\nb (t.T.b) ... ok\\n\\nRan 2 tests in 0.1s\\n\\nOK\\n")
"""
ALL = WORDS + REPORTS + LINES
# fmt: off
CHEATS = {
    "exits at import": "sys.exit(0)",
    "exits at once": "os._exit(0)",
    "exits at once, with reports": "forge(); os._exit(0)",
    "exits at once, with lines": "say(); os._exit(0)",
    "both": "forge(); say(); os._exit(0)",
    "reports at the end": "atexit.register(forge)",
    "exits at the end": "atexit.register(lambda: (forge(), say(), os._exit(0)))",
    "a background thread": "threading.Thread(target=lambda: (time.sleep(.05), forge(), say(), os._exit(0))).start()",
    "a background process": "if os.fork() == 0:\n    os.setsid(); time.sleep(.05); forge(); say(); os._exit(0)",
    "its parent goes on": "if os.fork(): forge(); say(); os._exit(0)",
    "asserts that hold": "unittest.TestCase.assertEqual = lambda *a, **k: None",
    "a runner that is content": "unittest.TestResult.wasSuccessful = lambda self: True\nsys.exit = lambda *a: os._exit(0)",
    "no failures are kept": "unittest.TestResult.addFailure = unittest.TestResult.addError = lambda self, *a: self.addSuccess(a[0])",
    "skips itself": "raise unittest.SkipTest('no')",
    "equal to everything": "class Any:\n    __eq__ = lambda s, o: True\n    __repr__ = lambda s: '3'\n"
                           "def adds(*a): return Any()\ndef __getattr__(n): return lambda *a, **k: Any()",
    "another print": "builtins.print = lambda *a, **k: None",
    "another repr": "builtins.repr = lambda x: '3'",
    "another json": "json.dump = lambda x, f, **k: f.write('{\"tests\": {\"a\": true, \"b\": true}}')",
    "a signal": "signal.signal(signal.SIGALRM, lambda *_: (forge(), say(), os._exit(0))); signal.setitimer(signal.ITIMER_REAL, .05)",
    "the caller's variables": "f = inspect.currentframe()\nwhile f:\n    f.f_globals.update(ok=True, failed=[], passed=2); f = f.f_back",
    "a trace": "sys.settrace(lambda *a: None); sys.excepthook = lambda *a: (forge(), say(), os._exit(0))",
    "other files": "for n in ('conftest.py', 'sitecustomize.py', 'usercustomize.py', 'unittest.py'): open(n, 'w').write('import os; os._exit(0)')",
    "exec of a program": "os.execv('/bin/true', ['true'])",
}
# fmt: on
EXTRA = dict.fromkeys(
    ("conftest.py", "sitecustomize.py", "unittest.py", "pytest.py"), "import os; os._exit(0)"
)


def judge(tmp_path: Path, task: PackedTask, files: Mapping[str, str]) -> Grade:
    """Judge what an agent left."""
    return judge_changes(task, changed(tmp_path / "left", files), tmp_path / "left", tmp_path)


@pytest.mark.parametrize("cheat", CHEATS)
@pytest.mark.parametrize("name", ["mutations/py-stock-reorder", "integrity/py-locked-tariff"])
def test_no_cheat_forges_a_built_in_task(tmp_path: Path, name: str, cheat: str) -> None:
    """What is expected of the output is nowhere where the code runs, so it cannot say it."""
    task = find_task(name)
    [file] = task.task.doc.expected_files
    assert not judge(tmp_path, task, {file: ALL + CHEATS[cheat], **EXTRA}).passed
    assert not task.task.in_process


# --- a task in each kind that shares a process with what it judges

TESTS = """
import sys, unittest
sys.path.insert(0, sys.argv[1])
class T(unittest.TestCase):
    def test_a(self):
        from adds import adds
        self.assertEqual(adds(1, 2), 3)
    def test_b(self):
        from adds import adds
        self.assertEqual(adds(2, 2), 4)
if __name__ == "__main__":
    unittest.main(argv=["x"], verbosity=2)
"""
WRITES = """
import json, sys
sys.path.insert(0, sys.argv[1])
try:
    from adds import adds
    results = {"a": adds(1, 2) == 3, "b": adds(2, 2) == 4}
except Exception:
    results = {"a": False, "b": False}
if sys.argv[2].endswith("json"):
    json.dump({"tests": results}, open(sys.argv[2], "w"))
else:
    cases = "".join(f"<testcase name='{n}'>{'' if ok else '<failure/>'}</testcase>" for n, ok in results.items())
    open(sys.argv[2], "w").write(f"<testsuite tests='2'>{cases}</testsuite>")
"""
PRINTS = "import sys\nsys.path.insert(0, sys.argv[1])\nfrom adds import adds\nprint('a:', adds(1, 2))\nprint('b:', adds(2, 2))\n"
WEAK = {
    "exit": '[[grade.commands]]\nargv = ["python3", "-I", "{tests}/t.py", "{tree}"]\n',
    "counts": '[[grade.commands]]\nargv = ["python3", "-I", "{tests}/t.py", "{tree}"]\nkind = "counts"\nstyle = "unittest"\n'
    "passes = 2\n",
    "json": '[[grade.commands]]\nargv = ["python3", "-I", "{tests}/w.py", "{tree}", "{out}/r.json"]\nkind = "json"\n'
    'report = "r.json"\npasses = 2\n',
    "junit": '[[grade.commands]]\nargv = ["python3", "-I", "{tests}/w.py", "{tree}", "{out}/r.xml"]\nkind = "junit"\n'
    'report = "r.xml"\npasses = 2\n',
}
STRONG = '[[grade.commands]]\nargv = ["python3", "-I", "{tests}/p.py", "{tree}"]\nkind = "output"\noutput = "expected.txt"\n'
FILES = {
    "workdir/adds.py": "def adds(a, b): return a - b\n",
    "solution/adds.py": "def adds(a, b): return a + b\n",
    "tests/t.py": TESTS,
    "tests/w.py": WRITES,
    "tests/p.py": PRINTS,
    "tests/expected.txt": "a: 3\nb: 4\n",
}


@pytest.mark.parametrize("kind", WEAK)
def test_a_right_fix_passes_and_a_wrong_one_fails_in_every_kind(tmp_path: Path, kind: str) -> None:
    """What the cheats are measured against."""
    task = write_pack(tmp_path, WEAK[kind], FILES)
    assert judge(tmp_path / "right", task, {"adds.py": FILES["solution/adds.py"]}).passed
    assert not judge(tmp_path / "wrong", task, {"adds.py": FILES["workdir/adds.py"]}).passed


@pytest.mark.parametrize("cheat", CHEATS)
def test_beside_a_comparison_outside_no_cheat_passes(tmp_path: Path, cheat: str) -> None:
    """Whatever the tests inside are told, the check of the output is not."""
    task = write_pack(tmp_path, WEAK["counts"] + STRONG, FILES)
    assert not judge(tmp_path, task, {"adds.py": ALL + CHEATS[cheat], **EXTRA}).passed
    assert not task.task.in_process


def test_two_verdicts_that_differ_are_noted(tmp_path: Path) -> None:
    """The tests inside accept it, the output outside does not: a reader is told."""
    task = write_pack(tmp_path, WEAK["counts"] + STRONG, FILES)
    grade = judge(tmp_path, task, {"adds.py": ALL + CHEATS["both"]})
    assert [c.ok for c in grade.commands] == [True, False]
    assert any("accept it; the comparison of output outside rejects it" in note for note in grade.notes)


@pytest.mark.parametrize("kind", ["counts", "json", "junit"])
def test_a_driver_that_was_ended_by_its_code_is_noted(tmp_path: Path, kind: str) -> None:
    """Exit code 0, and no report or too few tests: no common failure."""
    grade = judge(tmp_path, write_pack(tmp_path, WEAK[kind], FILES), {"adds.py": "import os; os._exit(0)"})
    [note] = grade.notes
    assert not grade.passed and "ended with exit code 0 before it had said all" in note


def test_what_passes_in_every_kind_is_rejected_at_the_second_look(tmp_path: Path) -> None:
    """An honest solution fails tests that contradict the task's; what forges a report passes them."""
    for kind, commands in WEAK.items():
        task = write_pack(tmp_path / kind, commands, FILES)
        found = judged(task, {"adds.py": ALL + CHEATS["both"]}, tmp_path / kind)
        assert (found.passed, found.deciding and found.deciding.reason) == (False, SAYS), kind


def test_every_forged_pass_is_marked_on_its_cell_and_on_the_pages(tmp_path: Path) -> None:
    """Without a reference a cheat passes in each kind; cell, its page, its task's page and the list say its worth."""
    bare = {path: text for path, text in FILES.items() if not path.startswith("solution/")}
    for kind, commands in WEAK.items():
        task = write_pack(tmp_path / kind, commands, bare)
        script = f"call(); open('adds.py', 'w').write({ALL + CHEATS['both']!r})"
        _, result = play(tmp_path / kind / "runs", script, task=task)
        assert (result.outcome, "in-process" in result.marks) == ("passed", True), (kind, result.why)
        site = build_site([tmp_path / kind / "runs"], tmp_path / kind / "site").parent
        pages = [p.read_text() for p in site.rglob("cell/**/index.html")]
        assert pages and all(
            "<strong>In-process.</strong>" in p and '<span class="mark">in-process</span>' in p for p in pages
        )
        for page in ("tasks.html", "task/mine/one/index.html"):
            assert '<span class="mark">in-process</span>' in (site / page).read_text()
        assert result.not_covered and any("contradict" in note for note in result.notes)
        assert all(name in (site / "task/mine/one/index.html").read_text() for name in result.not_covered[:2])


# --- what the mark follows from


def commands_of(*kinds: str) -> list[GradeCommand]:
    """Return commands of these kinds; `kind+word` sets what the word names."""
    return [GradeCommand(argv=("x",), kind=k.partition("+")[0], **({k.partition("+")[2]: True} if "+" in k else {}))  # type: ignore[arg-type]
            for k in kinds]  # fmt: skip


@pytest.mark.parametrize(
    ("kinds", "marked"),
    [
        (["exit"], True),
        (["junit"], True),
        (["json", "counts"], True),
        (["output"], False),
        (["exit+build", "output"], False),
        (["counts", "output"], False),
        (["exit+isolated"], False),
        (["exit+isolated", "junit"], True),
        (["exit+build", "exit"], True),
    ],
)
def test_a_task_is_in_process_unless_something_outside_stands_for_it(kinds: list[str], marked: bool) -> None:
    """Compared output does, and a command of which its author says that the code never runs with it."""
    assert GradeSpec(commands=tuple(commands_of(*kinds))).in_process is marked


@pytest.mark.parametrize("kind", ["exit", "junit", "json", "counts"])
def test_a_step_of_the_build_that_alone_judges_is_marked(kind: str) -> None:
    """Calling a command a build step takes no mark away where nothing else judges."""
    built = attrs.evolve(commands_of(kind)[0], build=True)
    assert GradeSpec(commands=(built,)).in_process
    apart = attrs.evolve(commands_of(kind)[0], isolated=True)
    assert not GradeSpec(commands=(built, apart)).in_process
