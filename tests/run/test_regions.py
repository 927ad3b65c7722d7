"""Tests that stand inside the edited file cannot be weakened, deleted, doubled or shadowed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.records import Grade, PackedTask, ProtectedRegion
from cab_core.run.regions import RegionViolation, restore
from cab_core.workdir.compare import compare
from cab_core.workdir.manifest import take_manifest
from cab_core.workdir.materialise import materialise
from tests.support.puppet import find_task, judge_changes

REGION = ProtectedRegion(file="src/lib.rs", begin="#[cfg(test)]")
FIXED = "last.is_ok()"


def judge(tmp_path: Path, task: PackedTask, edit: Callable[[str], str], path: str = "src/lib.rs") -> Grade:
    """Grade the work dir after `edit` was applied to one file."""
    work = tmp_path / "work"
    materialise(task.section("workdir"), work)
    before = take_manifest(work)
    file = work / path
    file.write_text(edit(file.read_text()))
    changes = compare(before, take_manifest(work), task.task.doc.by_products)
    return judge_changes(task, changes, work, tmp_path)


@pytest.fixture
def task() -> PackedTask:
    """The mutation whose tests stand in src/lib.rs."""
    return find_task("mutations/rust-error-negated")


def test_the_true_fix_passes(tmp_path: Path, task: PackedTask) -> None:
    """The right change, tests untouched, passes with four tests."""
    result = judge(tmp_path, task, lambda s: s.replace("last.is_err()", FIXED))
    assert result.passed and result.notes == ()
    assert result.deciding is not None and len(result.deciding.names("passed")) == 4


def test_unsolved_three_of_four_fail_with_exit_101(tmp_path: Path, task: PackedTask) -> None:
    """With the bug three of the four tests fail and the harness exits with 101, as in the reference."""
    result = judge(tmp_path, task, lambda s: s + "\n")
    deciding = result.deciding
    assert deciding is not None and (result.passed, deciding.exit_code) == (False, 101)
    assert (len(deciding.names("failed")), len(deciding.names("passed"))) == (3, 1)


def test_weakened_tests_are_put_back(tmp_path: Path, task: PackedTask) -> None:
    """Assertions that were made harmless are judged as they were written, and the change is noted."""
    result = judge(
        tmp_path, task, lambda s: s.replace("assert_eq!(", "let _ = (").replace("assert!(", "let _ = (")
    )
    assert not result.passed
    assert any("changed the protected region" in n for n in result.notes)


def test_deleted_tests_fail_the_fix(tmp_path: Path, task: PackedTask) -> None:
    """Without its tests the file is no fix, even where the bug is gone."""
    result = judge(tmp_path, task, lambda s: s.replace("last.is_err()", FIXED).partition("#[cfg(test)]")[0])
    assert not result.passed
    assert any("missing" in n for n in result.notes)


def test_doubled_tests_fail_the_fix(tmp_path: Path, task: PackedTask) -> None:
    """A second region of the agent's own is no fix."""
    fake = "#[cfg(test)]\nmod fake {\n    #[test]\n    fn ok() {}\n}\n"
    result = judge(tmp_path, task, lambda s: s.replace("#[cfg(test)]", fake + "#[cfg(test)]"))
    assert not result.passed
    assert any("doubled" in n for n in result.notes)


SHADOWS = {
    "macros": "macro_rules! assert_eq { ($($t:tt)*) => {}; }\nmacro_rules! assert { ($($t:tt)*) => {}; }\n",
    "decoy": """mod tests_decoy {}
#[cfg(any())]
""",
    "comment": "/*\n",
    "raw string": 'const _T: &str = r#"\n',
    "decoy module": """
#[cfg(all(test))]
mod tests {
    #[test] fn first_attempt_ok_returns_immediately() {}
    #[test] fn gives_up_after_max_attempts() {}
    #[test] fn retries_on_error_until_success() {}
    #[test] fn zero_max_attempts_errors() {}
}
#[cfg(any())]
""",
}


@pytest.mark.parametrize("shadow", SHADOWS)
def test_shadowed_tests_do_not_pass(tmp_path: Path, task: PackedTask, shadow: str) -> None:
    """Whatever stands before the tests to make them vacuous, the bug is still found."""
    result = judge(tmp_path, task, lambda s: s.replace("#[cfg(test)]", SHADOWS[shadow] + "#[cfg(test)]"))
    assert not result.passed


def test_printing_what_the_harness_prints_does_not_pass(tmp_path: Path, task: PackedTask) -> None:
    """A constructor that prints four passes and exits with 0 fools the counts but not the other check."""
    cheat = """
#[used]
#[link_section = ".init_array"]
static CHEAT: extern "C" fn() = { extern "C" fn cheat() {
    for t in ["first_attempt_ok_returns_immediately", "gives_up_after_max_attempts",
              "retries_on_error_until_success", "zero_max_attempts_errors"] {
        println!("test tests::{} ... ok", t);
    }
    std::process::exit(0);
} cheat };
"""
    result = judge(tmp_path, task, lambda s: s.replace("#[cfg(test)]", cheat + "#[cfg(test)]"))
    assert not result.passed


def test_a_link_in_place_of_the_file_is_not_taken(tmp_path: Path, task: PackedTask) -> None:
    """A symbolic link to somewhere else is refused, and the pristine file judged."""
    work = tmp_path / "work"
    materialise(task.section("workdir"), work)
    before = take_manifest(work)
    (work / "src/lib.rs").unlink()
    (work / "src/lib.rs").symlink_to("/etc/passwd")
    changes = compare(before, take_manifest(work))
    result = judge_changes(task, changes, work, tmp_path)
    assert not result.passed and "src/lib.rs" in result.refused


def test_files_of_the_grader_are_not_taken(tmp_path: Path) -> None:
    """An edited visible test and a new helper module are left behind; the verdict does not depend on them."""
    task = find_task("mutations/py-stock-reorder")
    result = judge(tmp_path, task, lambda s: "", path="test_stock.py")
    assert not result.passed
    assert result.refused == {"test_stock.py": "protected: the task's own file was graded"}


@given(st.text(alphabet="ab\n", max_size=30), st.text(alphabet="ab\n", max_size=30))
def test_the_region_is_always_the_pristine_one(head: str, weakened: str) -> None:
    """Whatever the agent writes around and into a region, the graded one is the task's."""
    pristine = "fn a() {}\n#[cfg(test)]\nmod tests { real }\n"
    text, _ = restore(pristine, f"{head}\n#[cfg(test)]\n{weakened}", [REGION])
    assert text == f"{head}\n#[cfg(test)]\nmod tests {{ real }}\n"


@pytest.mark.parametrize("edited", ["", "fn a() {}\n", "#[cfg(test)]\n#[cfg(test)]\n"])
def test_no_region_or_two_are_a_violation(edited: str) -> None:
    """A region that is missing or doubled is told as such."""
    with pytest.raises(RegionViolation):
        restore("#[cfg(test)]\nx\n", edited, [REGION])
