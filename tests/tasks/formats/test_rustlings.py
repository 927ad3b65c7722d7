"""rustlings: exercises of one file, of which the tests are a part."""

from __future__ import annotations

from pathlib import Path

import pytest

from cab_core.errors import UserError
from cab_core.records import PackedTask
from cab_core.tasks.toolchains import lacking

from .validated import fault, load, write

INFO = """\
[[exercises]]
name = "add1"
dir = "01_add"
hint = "none"
[[exercises]]
name = "print1"
dir = "01_add"
test = false
[[exercises]]
name = "tests1"
dir = "01_add"
[[exercises]]
name = "gone1"
[[exercises]]
name = "out"
dir = "../.."
"""
TESTS = "\nfn main() {}\n\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn one() { assert_eq!(super::add(1), 2) }\n}\n"
FILES = {
    "info.toml": INFO,
    "exercises/01_add/add1.rs": f"fn add(n: i32) -> i32 {{ n }} // TODO{TESTS}",
    "solutions/01_add/add1.rs": f"fn add(n: i32) -> i32 {{ n + 1 }}{TESTS}",
    "exercises/01_add/print1.rs": "fn main() { println!(x) }",
    "solutions/01_add/print1.rs": 'fn main() { println!("x") }',
    "exercises/01_add/tests1.rs": f"fn add(n: i32) -> i32 {{ n + 1 }}{TESTS.replace('2)', ')')}",
    "solutions/01_add/tests1.rs": f"fn add(n: i32) -> i32 {{ n + 1 }}{TESTS}",
}


@pytest.fixture(scope="module")
def tasks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, PackedTask]:
    """The tasks of a small set."""
    return load(write(tmp_path_factory.mktemp("set"), FILES))


@pytest.mark.parametrize("name", ["add1", "print1"])
def test_an_exercise_is_validated(tasks: dict[str, PackedTask], tmp_path: Path, name: str) -> None:
    """One with tests, and one that is run."""
    if why := lacking(("rustc",)):
        pytest.skip(why)
    assert fault(tasks[name], tmp_path) is None


def test_tests_are_the_task_s_own_unless_they_are_the_exercise(tasks: dict[str, PackedTask]) -> None:
    """Where the reference changes the tests, so may the agent."""
    assert [r.begin for r in tasks["add1"].task.doc.protected_regions] == ["#[cfg(test)]"]
    assert tasks["tests1"].task.doc.protected_regions == ()


def test_what_is_missing_or_leaves_the_set_is_named(tasks: dict[str, PackedTask], tmp_path: Path) -> None:
    """It costs that exercise; a list that is none costs the set."""
    assert "No such file" in (tasks["gone1"].task.doc.unavailable or "")
    assert "leaves the exercises" in (tasks["out"].task.doc.unavailable or "")
    with pytest.raises(UserError, match="expected a list of tables"):
        load(write(tmp_path, {**FILES, "info.toml": "exercises = 1"}))
