"""Tests that say something else: which literals are others, and of which files."""

from __future__ import annotations

from pathlib import Path

import pytest

from cab_core.records import PackedTask
from cab_core.run.contradicted import contradictions
from cab_core.run.literals import changed, literals
from tests.support.cheats.sets import EXERCISES, imported
from tests.support.packs import write_pack
from tests.support.puppet import find_task

COMMAND = '[[grade.commands]]\nargv = ["python3", "{tree}/t.py"]\n'


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("assert f(1) == 29\n", "assert f(2) == 20\n"),
        ('  self.assertEqual(f("ab%s"), 1.5)\n', '  self.assertEqual(f("bb%s"), 2.5)\n'),
        ("self.assertTrue(f(x))", "self.assertFalse(f(x))"),
        ("expect(f()).toBe(false);", "expect(f()).toBe(true);"),
        ("test('one', () => expect(f('a')).toBe(0));", "test('one', () => expect(f('b')).toBe(1));"),
        ("TEST_ASSERT_TRUE(leap(1996));", "TEST_ASSERT_FALSE(leap(1997));"),
        ("from m import 1\n#include 2\n// 3\nimport { a } from './4';\nconst a = require('5');\n", None),
        ('import (\n\t"math"\n)\nvar e = 1e-5\nt.Errorf("want 1")\n', None),
        ("x1 = y_2 + v3.4.z '' \"%s\"\n", None),
    ],
)
def test_a_literal_is_another_of_its_kind(text: str, other: str | None) -> None:
    """What is loaded, comments, names and empty texts stay."""
    assert changed(text, list(literals(text))) == (other or text)


def texts(task: PackedTask) -> dict[str, str]:
    """Return the files of a task that are not the agent's to make."""
    return {
        f"{f.section}/{f.path}": Path(f.source).read_text() for f in task.files if f.section != "solution"
    }


@pytest.mark.parametrize("language", EXERCISES)
def test_only_what_is_graded_as_a_test_is_another(tmp_path: Path, language: str) -> None:
    """Neither the stub, nor what builds and configures, nor a framework; each time other literals."""
    task = imported(tmp_path / "set", language)
    found = [texts(t) for t in contradictions(task, tmp_path / "room")]
    before = texts(task)
    others = [{path for path in before if before[path] != each[path]} for each in found]
    assert len(found) >= 2 and len({str(each) for each in found}) == len(found)
    [test] = set.union(*others)
    assert test.rpartition("/")[2] in {p.rpartition("/")[2] for p in EXERCISES[language][2]}


def test_of_a_region_its_lines_alone_are_others(tmp_path: Path) -> None:
    """Where tests stand inside the edited file, the rest of it is the agent's."""
    task = find_task("mutations/rust-error-negated")
    before = texts(task)["workdir/src/lib.rs"].partition("#[cfg(test)]")
    for each in contradictions(task, tmp_path):
        after = texts(each)["workdir/src/lib.rs"].partition("#[cfg(test)]")
        assert after[0] == before[0]


def test_where_nothing_is_called_a_test_all_own_files_are(tmp_path: Path) -> None:
    """A set need not say which file judges; one without a literal has nothing to change."""
    files = {"workdir/adds.py": "a = 1\n", "workdir/judge.py": "raise SystemExit(adds(1) != 2)\n"}
    task = write_pack(tmp_path / "a", COMMAND.replace("/t.py", ""), files)
    assert {texts(t)["workdir/judge.py"] for t in contradictions(task, tmp_path)} > set()
    assert {texts(t)["workdir/adds.py"] for t in contradictions(task, tmp_path)} == {"a = 1\n"}
    judging = {**files, "workdir/t.py": "import adds\njudge(0)\n"}
    task = write_pack(tmp_path / "c", COMMAND, judging)  # what a test without an assertion names has them
    assert any("!= 3" in texts(t)["workdir/judge.py"] for t in contradictions(task, tmp_path))
    bare = write_pack(tmp_path / "b", COMMAND, {"workdir/adds.py": "a = 1\n", "workdir/t.py": "x\n"})
    assert list(contradictions(bare, tmp_path)) == []
