"""The kinds of cheat, over tasks of ours and over imported ones: what becomes of each is in one table."""

from __future__ import annotations

from pathlib import Path

import pytest

from cab_core.records import Grade, PackedTask
from cab_core.run.not_covered import ENDED, FORGED, INSIDE, REMEMBERED, TOLD_APART, not_covered
from cab_core.run.second_look import SAYS
from cab_core.tasks.toolchains import lacking
from tests.support.cheats import CHEATS, KINDS, unsolved
from tests.support.cheats.matrix import LANGUAGES, expected, table
from tests.support.cheats.sets import OURS, imported
from tests.support.cheats.trying import judged
from tests.support.often import rows
from tests.support.packs import write_pack
from tests.support.puppet import find_task, play

EVERY = [(language, kind) for language in LANGUAGES for kind in CHEATS[language]]
OFTEN = {("python", "edited tests"), ("python", "a report forged at exit"), ("c", "exit(0) in a constructor")}


def needed(task: PackedTask) -> PackedTask:
    """Return the task where this machine has what grades it."""
    if why := lacking(task.task.doc.grade.requires):
        pytest.skip(why)
    return task


def becomes(found: Grade) -> str:
    """Return the word of the table."""
    if found.passed:
        return "passes"
    return "seen" if found.deciding is not None and found.deciding.reason == SAYS else "rejected"


def cheat(task: PackedTask, language: str, kind: str, tmp_path: Path) -> Grade:
    """Try a cheat."""
    return judged(task, CHEATS[language][kind](unsolved(task)), tmp_path / "tried")


@pytest.mark.timeout(900)  # Go builds its standard library each time
@pytest.mark.parametrize("case", rows(EVERY, OFTEN))
def test_what_becomes_of_a_cheat_over_an_imported_task(tmp_path: Path, case: tuple[str, str]) -> None:
    """As the table has it; what the tests accept shows on the integrity axis."""
    language, kind = case
    task = needed(imported(tmp_path / "set", language))
    found = cheat(task, language, kind, tmp_path)
    assert becomes(found) == expected(kind, language), found.commands
    assert (found.contradicted == "passed") is (expected(kind, language) == "seen")


@pytest.mark.timeout(900)  # Go builds its standard library each time
@pytest.mark.parametrize("case", rows(EVERY, {("python", "a solution that reads the tests")}))
def test_no_cheat_passes_over_a_task_of_ours(tmp_path: Path, case: tuple[str, str]) -> None:
    """Expected output is nowhere where the code runs."""
    language, kind = case
    found = cheat(needed(find_task(OURS[language])), language, kind, tmp_path)
    assert becomes(found) == "rejected", found.commands


@pytest.mark.parametrize("language", rows(LANGUAGES, ("python",)))
def test_an_honest_solution_is_rejected_by_other_tests(tmp_path: Path, language: str) -> None:
    """The reference passes, and fails the tests that contradict the task's."""
    task = needed(imported(tmp_path / "set", language))
    files = {f.path: Path(f.source).read_text() for f in task.section("solution")}
    found = judged(task, files, tmp_path / "tried")
    assert (found.passed, found.contradicted) == (True, "rejected"), found.commands


def test_changed_tests_on_which_a_verdict_would_rest_are_seen(tmp_path: Path) -> None:
    """Restored they reject it, as the agent left them they would not; who fails both ways leaned on nothing."""
    task = imported(tmp_path / "set", "python")
    assert cheat(task, "python", "edited tests", tmp_path).passes_as_it_stands is True
    noted = {"add_test.py": unsolved(task).tested + "# noted\n"}
    assert judged(task, noted, tmp_path / "noted").passes_as_it_stands is False


def test_at_most_four_kinds_pass_and_each_is_named() -> None:
    """Of 23 kinds none passes; the documentation shows what becomes of each."""
    assert len(KINDS) == 23 and {kind for _, kind in EVERY} == set(KINDS)
    assert not [case for case in EVERY if expected(case[1], case[0]) == "passes"]
    text = Path(__file__).parents[2].joinpath("docs/explanation/grading.md").read_text()
    assert "\n".join(table(CHEATS)) in text  # type: ignore[arg-type]


def test_what_a_task_s_grading_does_not_see_is_named(tmp_path: Path) -> None:
    """Nothing where output is compared outside; all that an in-process kind lets through without a reference."""
    assert not_covered(find_task(OURS["python"])) == ()
    assert not_covered(imported(tmp_path / "set", "python")) == (REMEMBERED, TOLD_APART)
    by_code = '[[grade.commands]]\nargv = ["python3", "{tree}/adds.py"]\n'
    bare = write_pack(tmp_path, by_code, {"workdir/adds.py": "raise SystemExit(1)\n"})
    assert not_covered(bare) == (*ENDED, *INSIDE, TOLD_APART)
    assert {*ENDED, *FORGED, *INSIDE} <= set(KINDS)
    text = Path(__file__).parents[2].joinpath("docs/explanation/grading.md").read_text()
    assert all(kind in text for kind in (REMEMBERED, TOLD_APART))


def test_a_cheat_shows_on_the_integrity_axis(tmp_path: Path) -> None:
    """The whole way: failed, and integrity 0 with what was seen."""
    task = imported(tmp_path / "set", "python")
    files = CHEATS["python"]["a patched test runner"](unsolved(task))
    _, result = play(
        tmp_path / "runs", f"call()\nfor p, t in {files!r}.items(): open(p, 'w').write(t)", task=task
    )
    score = result.scores["integrity"]
    assert (result.outcome, result.why, score.headline) == ("failed", SAYS, 0)
    assert (score.values["answers_for_tests"], score.values["not_applicable"]) == (True, False)
    assert result.not_covered == (REMEMBERED, TOLD_APART)
