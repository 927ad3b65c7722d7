"""Grading the kept work of a try again: the same verdict by the same grader, and none by accident."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest

from cab_core.errors import GraderError
from cab_core.gateway.models import Model
from cab_core.gateway.scripted.personas import PERSONAS
from cab_core.plugins import by_path
from cab_core.plugins.protocols import StopSignal
from cab_core.plugins.registry import Plugins
from cab_core.records import CellResult, Inputs, PackedTask
from cab_core.records.task import ProtectedRegion
from cab_core.run.inputs import grader_inputs
from cab_core.run.kept_work import NotKept
from cab_core.run.regrade import Regrade, regrade
from cab_core.store.cells import Store
from cab_core.store.reading import read_json
from cab_core.testing.script_adapter import TinyAgent
from cab_core.workdir.patch import MAX_FILE
from tests.support.commands import python, with_commands
from tests.support.often import rows
from tests.support.puppet import FIX, find_task, play

# The tree as it is graded: each path with its mode and content. What is printed is in the grade.
TREE = """
import hashlib, os, stat, sys
for base, dirs, files in os.walk("."):
    for name in sorted(dirs + files):
        path = os.path.join(base, name)
        mode = os.lstat(path).st_mode
        said = hashlib.sha256(open(path, "rb").read()).hexdigest() if stat.S_ISREG(mode) else ""
        print(ascii(path), oct(mode), said)
sys.exit(0 if os.path.exists("stock.py") else 1)
"""


def taking_all(**more: Any) -> PackedTask:
    """A task that takes every file, and whose grader prints the tree."""
    task = with_commands(python(TREE))
    doc = attrs.evolve(task.task.doc, **{"allowed_files": ("*",), "protected": (), **more})
    return attrs.evolve(task, task=attrs.evolve(task.task, doc=doc))


def again(
    directory: Path, task: PackedTask, runs: Path, stop: StopSignal | None = None
) -> tuple[Path, CellResult]:
    """Grade a try again by a task as it is now."""
    before = read_json(directory / "inputs.json", Inputs)
    runtime, cell = Plugins().runtime("local"), Store(runs).result(directory).cell
    now = attrs.evolve(before, grader=grader_inputs(task, "local", before.grader.toolchains))
    what = Regrade(cell=cell, task=task, runtime=runtime, inputs=now, directory=directory)
    return regrade(what, Store(runs), Plugins().scorers(), stop or StopSignal())


def verdict(directory: Path) -> Any:
    """Return the kept verdict without what a clock says, and the numbers of Rust's threads."""
    found = json.loads((directory / "grade.json").read_text())
    for command in found["commands"]:
        command.pop("duration_s")
        command["stdout_tail"] = re.sub(r"finished in [\d.]+s|(?<=' \()\d+", "", command["stdout_tail"])
    return found


def same(runs: Path, ran: tuple[Path, CellResult], task: PackedTask) -> CellResult:
    """Grade again by the same grader; see that it comes to the same, as another try, and the first stays."""
    (path, first), kept = ran, {p.name: p.read_bytes() for p in ran[0].iterdir() if p.is_file()}
    directory, found = again(path, task, runs)
    assert {p.name: p.read_bytes() for p in path.iterdir() if p.is_file()} == kept
    assert directory.parent == path.parent and directory.name == "2"
    assert verdict(directory) == verdict(path)
    assert (found.outcome, found.why, found.notes) == (first.outcome, first.why, first.notes)
    assert {a: s.headline for a, s in found.scores.items()} == {
        a: s.headline for a, s in first.scores.items()
    }
    assert found.tokens == first.tokens and found.started_at == first.started_at
    assert found.regraded is not None and found.regraded.of_try == 1
    assert found.all_marks == (*first.all_marks, "regraded")
    return found


TASKS = ("mutations/py-stock-reorder", "polyglot/py-page-ranges", "integrity/py-strict-switch",
         "refusal/py-mail-phishing", "mutations/rust-error-negated")  # fmt: skip
PAIRS = [(name, task) for name in PERSONAS if name not in ("hang", "error", "flood") for task in TASKS]
OFTEN = [("vandal", TASKS[0]), ("refuser", TASKS[3])]


@pytest.mark.parametrize("pair", rows(PAIRS, OFTEN))
def test_an_unchanged_grader_comes_to_the_same_verdict(tmp_path: Path, pair: tuple[str, str]) -> None:
    """Of whatever a scripted model left, on tasks of every kind."""
    persona, task = pair
    ran = play(tmp_path, "", find_task(task), Model(id=f"scripted:{persona}", scripted=persona), adapter=TinyAgent())  # fmt: skip
    assert ran[1].outcome in ("passed", "failed", "refused", "agent_crashed"), ran[1].why
    same(tmp_path, ran, find_task(task))


LEFT = {
    "nothing": "",
    "binary": "open('x.bin', 'wb').write(bytes(range(256)) * 99)",
    "crlf": "open('x.txt', 'wb').write(b'a\\r\\nb\\n\\r'); t = open('stock.py', newline='').read(); open('stock.py', 'w', newline='').write(t.replace('\\n', '\\r\\n'))",
    "deletion": "os.remove('test_stock.py')",
    "all gone": "os.remove('test_stock.py'); os.remove('stock.py')",
    "mode": "os.chmod('stock.py', 0o755); open('run.sh', 'w').write('x'); os.chmod('run.sh', 0o700)",
    "closed": "open('x', 'w').write('x'); os.chmod('x', 0)",
    "link": "os.symlink('/etc/passwd', 'link'); os.remove('test_stock.py'); os.symlink('stock.py', 'test_stock.py')",
    "directory in the place of a file": "os.remove('test_stock.py'); os.mkdir('test_stock.py'); open('test_stock.py/a', 'w').write('x')",
    "pipe": "os.mkfifo('pipe')",
    "empty file": "open('empty', 'w')",
    "no end of line": "open('stock.py', 'a').write('# end')",
    "names": "[open(n, 'w').write('x') for n in (b'\\xff\\n', 'a b\\tc', 'caf\\u00e9', 'back\\\\slash', '-x', 'git~1', 'nul:')]",
    "deep": "os.makedirs('a/b/c'); open('a/b/c/d', 'w').write('x' * 100_000)",
}


LEFT["most of it"] = "\n".join(LEFT[n] for n in LEFT if n not in ("all gone", "link", "deletion"))


@pytest.mark.parametrize("left", rows(LEFT, ("nothing", "all gone", "link", "most of it")))
def test_the_tree_that_is_graded_again_is_the_same(tmp_path: Path, left: str) -> None:
    """Path by path, mode and content: whatever an agent can leave that a patch holds."""
    ran = play(tmp_path, f"call()\n{LEFT[left]}", taking_all())
    assert verdict(ran[0])["commands"], ran[1].why
    same(tmp_path, ran, taking_all())


def test_another_grader_comes_to_another_verdict(tmp_path: Path) -> None:
    """With the keys of the new one; what the first had said is told, and scored by what is true now."""
    path, first = play(tmp_path, FIX, with_commands(python("")))
    stricter = with_commands(python("raise SystemExit(3)"))
    directory, found = again(path, stricter, tmp_path)
    assert (first.outcome, found.outcome) == ("passed", "failed")
    assert found.content_key == first.content_key and found.grader_key != first.grader_key
    assert found.regraded is not None and found.regraded.outcome == "passed"
    assert found.scores["pass_rate"].headline == 0 and found.task == stricter.task
    assert Store(tmp_path).stands(first.cell) == str(directory)


def test_one_that_was_graded_again_may_be_again(tmp_path: Path) -> None:
    """It still names the try in which the CLI ran."""
    path, _ = play(tmp_path, FIX)
    second, _ = again(path, find_task("mutations/py-stock-reorder"), tmp_path)
    _, found = again(second, find_task("mutations/py-stock-reorder"), tmp_path)
    assert found.regraded is not None and found.regraded.of_try == 1


def test_a_protected_region_is_restored_as_in_the_run(tmp_path: Path) -> None:
    """What an agent wrote into it is not taken, then or now."""
    task = taking_all()
    text = next(f for f in task.section("workdir") if f.path == "stock.py")
    first = Path(text.source).read_text().splitlines()[0]

    task = taking_all(protected_regions=(ProtectedRegion(file="stock.py", begin=first),))
    ran = play(tmp_path, "call()\nopen('stock.py', 'a').write('mine = 1\\n')", task)
    same(tmp_path, ran, task)


def _cut(path: Path) -> None:
    (path / "changes.patch").write_bytes((path / "changes.patch").read_bytes()[:-40])


def _other(path: Path) -> None:
    patch = path / "changes.patch"
    patch.write_bytes(patch.read_bytes().replace(b"<= item", b"== item"))


def _link(path: Path) -> None:
    (path / "changes.patch").unlink()
    (path / "changes.patch").symlink_to("/dev/zero")


def _gone(path: Path) -> None:
    (path / "changes.patch").unlink()


def _no_calls(path: Path) -> None:
    (path / "calls.jsonl").write_text("")


def _escaping(path: Path) -> None:
    (path / "changes.patch").write_text(
        "diff --git a/../../evil b/../../evil\nnew file mode 100644\n--- /dev/null\n+++ b/../../evil\n@@ -0,0 +1 @@\n+x\n"
    )


def _copying(path: Path) -> None:
    with (path / "changes.patch").open("a") as patch:
        patch.write(
            "diff --git a/stock.py b/host\nsimilarity index 100%\ncopy from /etc/passwd\ncopy to host\n"
        )


@pytest.mark.parametrize("spoil", [_cut, _other, _link, _gone, _no_calls, _escaping, _copying])
def test_what_is_not_what_the_agent_left_is_judged_by_nobody(
    tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    """And nothing is written, anywhere."""
    path, _ = play(tmp_path / "runs", FIX)
    spoil(path)
    with pytest.raises(NotKept):
        again(path, find_task("mutations/py-stock-reorder"), tmp_path / "runs")
    assert sorted(os.listdir(path.parent)) == ["1"] and sorted(os.listdir(tmp_path)) == ["runs"]


def test_a_patch_that_was_cut_is_refused(tmp_path: Path) -> None:
    """Where it lacks what the task takes; where it lacks what no verdict rests on, the rest is judged."""
    large = f"call()\nopen('x.dat', 'wb').write(os.urandom({MAX_FILE + 1}))\n"
    path, _ = play(tmp_path / "a", large, taking_all())
    with pytest.raises(NotKept, match=r"was cut: it does not hold x\.dat, which the task takes"):
        again(path, taking_all(), tmp_path / "a")
    ran = play(tmp_path / "b", large + FIX)
    same(tmp_path / "b", ran, find_task("mutations/py-stock-reorder"))


def test_what_a_run_says_stands_where_it_stood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also beside a plugin that the run had loaded by its path: what is of the grading comes last."""
    monkeypatch.setattr(by_path, "_imported", {"path:other": "path:other@1"})
    ran = play(tmp_path, f"{FIX}\nopen('more.txt', 'w').write('mine')")
    found = same(tmp_path, ran, find_task("mutations/py-stock-reorder"))
    assert [note.partition(":")[0] for note in found.notes][-2:] == [
        "loaded beside what took part, by --plugin, and not installed",
        "not taken from the agent",
    ]


def test_what_the_run_sifted_by_must_be_the_same(tmp_path: Path) -> None:
    """Other by-products were never listed, so nobody knows of them."""
    path, _ = play(tmp_path, FIX)
    with pytest.raises(NotKept, match=r"grader\.doc\.by_products is another"):
        again(path, taking_all(by_products=()), tmp_path)


def test_an_interrupted_grading_leaves_nothing(tmp_path: Path) -> None:
    """The next command does it."""
    path, _ = play(tmp_path, FIX)
    stop = StopSignal()
    stop.stop("cancelled")
    with pytest.raises(GraderError):
        again(path, find_task("mutations/py-stock-reorder"), tmp_path, stop)
    assert os.listdir(path.parent) == ["1"]
