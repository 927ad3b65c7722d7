"""`cab tasks validate`: what is found is kept by content, told by state, and known to a cell."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from cab_core.plugins.registry import Plugins
from cab_core.tasks.catalog import load_pack
from cab_core.tasks.listing import write_list
from tests.conftest import CAB, Cab
from tests.support.packs import write_pack

GREP = '[[grade.commands]]\nargv = ["grep", "-q", "good", "adds.py"]\n'
FILES = {"workdir/adds.py": "worse", "solution/adds.py": "good"}


@pytest.fixture
def pack(cab: Cab, tmp_path: Path) -> Path:
    """A pack with one sound task, with a cache of its own for what is found."""
    write_pack(tmp_path, GREP, FILES)
    cab.env["CAB_CACHE"] = str(tmp_path / "cache")
    return tmp_path / "mine"


def validate(cab: Cab, *args: str) -> list[dict[str, Any]]:
    """Return the rows as JSON."""
    found: list[dict[str, Any]] = json.loads(
        cab("tasks", "validate", "--pack", "mine", "mine/*", "--json", *args).stdout
    )
    return found


def test_an_unchanged_task_is_not_validated_again(cab: Cab, pack: Path) -> None:
    """Unless more repetitions are asked for, or it is asked for, or a file of it changed."""
    earlier = [validate(cab, *args)[0]["earlier"] for args in ((), (), ("--repeat", "2"), ("--again",), ())]
    assert earlier == [False, True, False, False, True]
    (pack / "one/solution/adds.py").write_text("good indeed")
    assert not validate(cab)[0]["earlier"]


def test_a_task_that_is_not_sound_is_exit_1_with_its_state(cab: Cab, pack: Path) -> None:
    """The line says what was seen, the end what that state is."""
    (pack / "one/workdir/adds.py").write_text("good")
    done = cab("tasks", "validate", "--pack", "mine", "mine/*")
    assert done.returncode == 1
    assert "mine/one: passes_unsolved: the unsolved tree passes" in done.stdout
    assert "0 of 1 task is sound." in done.stdout and "nobody need solve it" in done.stdout


def test_several_at_once_are_told_in_their_order(cab: Cab, tmp_path: Path, pack: Path) -> None:
    """Whichever ends first; a task that cannot be graded costs itself alone."""
    for name, script in (("a", "sleep 0.5; grep good adds.py"), ("z", "exit 1")):
        files = {"task.toml": "", **FILES}
        toml = (
            (pack / "one/task.toml")
            .read_text()
            .replace('["grep", "-q", "good", "adds.py"]', f"['sh', '-c', '{script}']")
        )
        for path, text in {**files, "task.toml": toml}.items():
            (pack / name / path).parent.mkdir(parents=True, exist_ok=True)
            (pack / name / path).write_text(text)
    states = [(row["task"], row["state"]) for row in validate(cab, "-j", "3")]
    assert states == [("mine/a", "sound"), ("mine/one", "sound"), ("mine/z", "reference_fails")]


def test_a_pack_says_what_its_maker_found(cab: Cab, pack: Path) -> None:
    """`--record` writes it beside the list; of a task that was changed since it says nothing."""
    validate(cab, "--record", "--repeat", "2")
    write_list(pack)
    [task] = load_pack(Plugins(), pack)
    assert task.validation is not None
    assert (task.validation.state, task.validation.repeats, task.validation.runtime) == ("sound", 2, "local")
    (pack / "one/solution/adds.py").write_text("good indeed")
    write_list(pack)
    assert load_pack(Plugins(), pack)[0].validation is None


def test_a_cell_says_whether_its_task_was_validated(cab: Cab, pack: Path, tmp_path: Path) -> None:
    """A mark where nobody found it sound; the finding where somebody did."""
    run = ("run", "--tui", "pi", "--model", "scripted:null", "--pack", "mine", "--task", "mine/one")
    cells = []
    cab.env["CAB_CACHE"] = str(Path.home() / ".cache/cab")
    (pack / "one/workdir/adds.py").write_text(f"worse {tmp_path}")  # nobody has seen this one
    for sweep in ("before", "after"):
        cab(*run, "--sweep-id", sweep)
        [path] = (tmp_path / "runs" / sweep).rglob("cell.json")
        cells.append(json.loads(path.read_text()))
        validate(cab)
    assert ["unvalidated" in cell["marks"] for cell in cells] == [True, False]
    assert cells[0]["validation"] is None and cells[1]["validation"]["state"] == "sound"


def test_what_no_verdict_rests_on_may_change(cab: Cab, pack: Path) -> None:
    """A task with another tag is not validated again, and its record is of the task as it is now."""
    validate(cab)
    toml = pack / "one/task.toml"
    toml.write_text(toml.read_text().replace("prompt =", 'tags = ["new"]\nprompt =', 1))
    [row] = validate(cab, "--record")
    write_list(pack)
    [task] = load_pack(Plugins(), pack)
    assert row["earlier"] and task.validation is not None and task.validation.state == "sound"


def test_what_is_of_the_moment_is_not_kept(cab: Cab, pack: Path) -> None:
    """A task whose reference ran out of time is tried again, and its pack says nothing of it."""
    toml = pack / "one/task.toml"
    slow = "['sh', '-c', 'grep good adds.py && sleep 60']"
    text = toml.read_text().replace('["grep", "-q", "good", "adds.py"]', slow)
    toml.write_text(text.replace("[[grade", "timeout_s = 0.5\n[[grade"))
    rows = [validate(cab, "--record")[0] for _ in range(2)]
    assert [(row["state"], row["earlier"]) for row in rows] == [("timed_out", False)] * 2
    assert json.loads((pack / "validated.json").read_text())["tasks"] == []


def test_an_interrupted_command_records_what_it_found(cab: Cab, pack: Path) -> None:
    """The first task is done, the second never ends."""
    hangs = (pack / "one/task.toml").read_text().replace('"grep", "-q", "good", "adds.py"', '"sleep", "60"')
    for path, text in {"task.toml": hangs, **FILES}.items():
        (pack / "z" / path).parent.mkdir(parents=True, exist_ok=True)
        (pack / "z" / path).write_text(text)
    argv = [str(CAB), "tasks", "validate", "--pack", "mine", "mine/*", "--record"]
    with subprocess.Popen(argv, cwd=cab.cwd, env=cab.env, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None and "mine/one: sound" in running.stdout.readline()
        running.send_signal(signal.SIGINT)
        assert running.wait(30) == 130
    kept = json.loads((pack / "validated.json").read_text())["tasks"]
    assert [(v["task"], v["state"]) for v in kept] == [("mine/one", "sound")]


def test_a_list_is_of_what_is_asked_for(cab: Cab, pack: Path) -> None:
    """Of patterns, in all packs; without one, of the packs that are given, which is said."""
    found = cab.json("tasks", "list", "mutations/py-lru-*", "*/one", "--pack", "mine", "--json")
    assert [row["id"] for row in found] == ["mine/one", "mutations/py-lru-cache"]
    done = cab("tasks", "list", "--pack", "mine")
    assert "mine/one" in done.stdout and "mutations/" not in done.stdout
    assert done.stderr.startswith("1 task of mine; of installed packs too: cab tasks list '*' --pack")


def test_what_is_no_task_is_answered_with_what_was_meant(cab: Cab, pack: Path) -> None:
    """A pack's directory or name for a task, a file or a task's directory for a pack: what to type instead."""
    for args, says in (
        (("./mine",), "'./mine' is a directory: a pack on disk is given with --pack mine"),
        (("mine", "--pack", "mine"), "'mine' is a pack: its tasks are 'mine/*'"),
        (("mine/two", "--pack", "mine"), "did you mean 'mine/one'?"),
        (
            ("--pack", "mine/pack.toml"),
            "task pack mine/pack.toml: it is a file; expected the pack's directory, such as --pack mine",
        ),
        (("--pack", "mine/one/workdir"), "no known format recognises it"),
        (("--pack", "mine/one"), "It is a task of the pack mine: give --pack mine, and name the task"),
        (("--pack", "."), "A pack lies in it: --pack mine"),
        (("--pack", "mne"), "task pack mne: no such directory; did you mean 'mine'?"),
    ):
        done = cab("tasks", "validate", *args)
        assert done.returncode == 2 and says in " ".join(done.stderr.split()), done.stderr
