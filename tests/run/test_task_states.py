"""Each state of a task, found by grading a task that is in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cab_core.plugins.protocols import StopSignal
from cab_core.plugins.registry import Plugins
from cab_core.records.validation import OF_THE_MOMENT, Finding
from cab_core.run.validate import validate
from cab_core.tasks.catalog import load_pack
from cab_core.workdir.reference import reference_of
from tests.support.packs import write_pack

GREP = '[[grade.commands]]\nargv = ["grep", "-q", "good", "adds.py"]\n'
FILES = {"workdir/adds.py": "worse", "solution/adds.py": "good"}
SCRIPT = '[reference]\nkind = "script"\nfile = "solve.sh"\n'


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAB_CACHE", str(tmp_path / "cache"))


def found(root: Path, commands: str = GREP, repeats: int = 1, **files: str) -> Finding:
    """Validate a task with these commands and files."""
    packed = write_pack(root, commands, {**FILES, **files})
    return validate(packed, Plugins().runtime("local"), root / "scratch", StopSignal(), repeats)


def shell(script: str) -> str:
    """Return a command of the grader that runs this script."""
    return f"[[grade.commands]]\nargv = ['sh', '-c', '''{script}''']\n"


def test_a_sound_task_says_how_often_and_how_long(tmp_path: Path) -> None:
    """What was graded is counted, the longest grading of the reference told."""
    finding = found(tmp_path, repeats=3)
    assert (finding.state, finding.repeats, finding.fault) == ("sound", 3, None)
    assert finding.reference_s is not None and finding.reference_s > 0


@pytest.mark.parametrize("end", ["unsolved", "reference"])
def test_a_task_that_differs_from_itself_is_flaky(tmp_path: Path, end: str) -> None:
    """Either end, and not only in a later repetition: what fails first is tried once more."""
    count = tmp_path / "count"
    counted = f"echo x >> {count}; test $(wc -l < {count}) -ge 2"
    script = {
        "unsolved": f"if grep -q good adds.py; then exit 0; fi; {counted}",
        "reference": f"grep -q good adds.py && ({counted})",
    }[end]
    finding = found(tmp_path, shell(script), repeats=5)
    assert finding.state == "flaky" and end in finding.fault


def test_a_task_that_always_fails_is_not_called_flaky(tmp_path: Path) -> None:
    """The state is the plain one, after two tries and no more."""
    assert found(tmp_path / "a", shell("exit 0"), repeats=5).state == "passes_unsolved"
    finding = found(tmp_path / "b", shell("exit 1"), repeats=5)
    assert (finding.state, finding.repeats) == ("reference_fails", 1)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("notes/old.txt", "good " * 30),
        ("big.txt", "before\n" + "good " * 30 + "\nafter"),
        (".meta/example.py", "x"),
    ],
)
def test_a_work_dir_that_holds_the_answer_leaks(tmp_path: Path, path: str, text: str) -> None:
    """The reference under another name or within another file, or a directory of answers."""
    finding = found(tmp_path, **{f"workdir/{path}": text, "solution/adds.py": "good " * 30})
    assert finding.state == "leaks" and path in finding.fault


def test_a_short_answer_may_stand_anywhere(tmp_path: Path) -> None:
    """`good` in a file of the work dir gives nothing away."""
    assert found(tmp_path, **{"workdir/notes.txt": "good"}).state == "sound"


def test_a_grader_that_asks_for_a_network_is_named(tmp_path: Path) -> None:
    """By what programs say where there is none, on either channel and not only at the end."""
    for number, told in enumerate(
        ("echo 'curl: (6) Could not resolve host: x' >&2", "echo ENOTFOUND x; echo 4 failed")
    ):
        assert found(tmp_path / str(number), shell(f"{told}; exit 6")).state == "needs_network"


def test_a_task_without_a_reference_is_told_as_such(tmp_path: Path) -> None:
    """A public set may have none: nobody knows whether it can be solved."""
    packed = write_pack(tmp_path, GREP, {"workdir/adds.py": "worse"})
    finding = validate(packed, Plugins().runtime("local"), tmp_path / "scratch", StopSignal())
    assert (finding.state, finding.reason) == (
        "reference_fails",
        "it has no reference: nothing shows that it can be solved",
    )


def test_a_program_that_is_the_reference_is_run_once(tmp_path: Path) -> None:
    """It starts in the tree; what it makes is the reference from then on."""
    files = {
        "solution/solve.sh": "cat $(dirname $0)/new > adds.py; mkdir d; echo more > d/e",
        "solution/new": "good",
    }
    packed = write_pack(tmp_path, GREP + SCRIPT, {"workdir/adds.py": "worse", **files}, takes="*")
    finding = validate(packed, Plugins().runtime("local"), tmp_path / "scratch", StopSignal())
    assert finding.fault is None and reference_of(packed).paths == ("adds.py", "d/e")


def test_a_program_that_fails_is_named_with_its_last_words(tmp_path: Path) -> None:
    """The reference fails, and says how."""
    finding = found(tmp_path, GREP + SCRIPT, **{"solution/solve.sh": "echo no such tool >&2; exit 3"})
    assert finding.fault == "the reference fails: solve.sh: exit code 3: no such tool"


def test_lists_of_tests_must_be_so(tmp_path: Path) -> None:
    """What is to fail fails on the unsolved tree, what is to pass passes there."""
    runs = "[[grade.commands]]\nargv = ['cp', 'adds.py', '{out}/r']\nkind = 'json'\nreport = 'r'\n"
    before, after = (
        '{"tests": {"a": false, "b": true, "c": false}}',
        '{"tests": {"a": true, "b": true, "c": false}}',
    )
    ends = {"workdir/adds.py": before, "solution/adds.py": after}
    assert found(tmp_path / "1", f"{runs}fail_to_pass = ['a']\npass_to_pass = ['b']", **ends).fault is None
    assert "fail_to_pass: 'b' passes" in str(
        found(tmp_path / "2", f"{runs}fail_to_pass = ['a', 'b']", **ends).fault
    )
    wrong = found(tmp_path / "3", f"{runs}fail_to_pass = ['a']\npass_to_pass = ['c']", **ends)
    assert wrong.fault is not None


def test_a_slow_task_is_sound_and_says_so(tmp_path: Path) -> None:
    """More than half of its limit: on a slower machine the reference would fail."""
    finding = found(tmp_path, shell("sleep 0.6; grep -q good adds.py").replace("[[", "timeout_s = 1\n[[", 1))
    assert finding.state == "sound" and finding.notes[0].startswith("slow: ")


def test_what_cannot_be_had_is_not_tried(tmp_path: Path) -> None:
    """The importer's reason is the task's."""
    packed = write_pack(tmp_path, GREP, FILES)
    toml = tmp_path / "mine/one/task.toml"
    toml.write_text('unavailable = "it wants three containers"\n' + toml.read_text())
    packed = load_pack(Plugins(), tmp_path / "mine")[0]
    finding = validate(packed, Plugins().runtime("local"), tmp_path / "scratch", StopSignal())
    assert (finding.state, finding.fault) == ("unavailable", "it wants three containers")


def test_a_reference_that_takes_too_long_is_of_the_moment(tmp_path: Path) -> None:
    """It is no other state: the same task may be sound on a machine that has nothing else to do."""
    script = shell("grep -q good adds.py && sleep 60").replace("[[", "timeout_s = 0.5\n[[", 1)
    finding = found(tmp_path, script)
    assert finding.state == "timed_out" and finding.state in OF_THE_MOMENT
    assert finding.reason is not None and "did not end in time" in finding.reason
