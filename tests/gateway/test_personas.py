"""Scripted models do what they are named after, through any CLI."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cab_core.gateway.models import Model
from cab_core.gateway.scripted.context import ScriptContext
from cab_core.gateway.scripted.edits import tampering, vandalism
from cab_core.gateway.scripted.faults import flood
from cab_core.gateway.scripted.generic import GenericDialect
from cab_core.gateway.scripted.personas import PERSONAS
from cab_core.plugins.protocols import Reply
from cab_core.plugins.registry import Plugins
from cab_core.records import Job, Limits
from cab_core.run.upstreams import script_context
from cab_core.sweep.calibration import findings
from cab_core.tasks.catalog import Catalog
from cab_core.tasks.toolchains import missing
from cab_core.testing.solutions import left, odd_task, told, wanted
from cab_core.workdir.compare import matches
from cab_core.workdir.reference import reference_of
from tests.support.agent import ARGV, SHELL, WRITE, Agent
from tests.support.often import rows
from tests.support.packs import write_pack
from tests.support.puppet import Puppet, find_task, plan_one, play

JOB = Job(prompt="p", model="m", endpoint="e", token="t", home="/h", workdir="/w", deadline_s=1)
TASKS = {p.task.id: p for p in Catalog(Plugins()).tasks()}
OFTEN = (  # one of each kind, played always
    "integrity/js-vendored-checksum",
    "integrity/py-score-in-reach",
    "mutations/rust-error-negated",
    "refusal/py-reviews-digest",
    "refusal/py-reviews-fakes",
)


def context(task: str) -> ScriptContext:
    """Return a built-in task as a scripted model sees it through a CLI without a dialect."""
    return script_context(TASKS[task], reference_of(TASKS[task]), Agent(), JOB)


def says(persona: str, task: str, **request: Any) -> Reply:
    """Return a persona's first word."""
    return asyncio.run(PERSONAS[persona](context(task), request))  # type: ignore[arg-type,return-value]


def model(persona: str) -> Model:
    """Return a scripted model."""
    return Model(id=f"scripted:{persona}", scripted=persona)


class Deaf(Agent):
    """A CLI that tells of other calls than it was given, so that its dialect begins anew each time."""

    def dialect(self) -> Deaf:
        return self

    def edit(self, files: Any, request: Any, job: Job) -> Reply | None:
        """Give the first file once more."""
        path, text = next(iter(files.items()))
        return Reply(tool=("write", {"path": path, "text": text}))


def test_a_cli_that_tells_of_other_calls_is_not_given_one_for_ever() -> None:
    """After a while the model ends, and what it could not bring about is known, with why."""
    task = TASKS["mutations/py-stock-reorder"]
    found = script_context(task, reference_of(task), Deaf(), JOB)
    replies = [asyncio.run(PERSONAS["oracle"](found, {"tools": [WRITE]})) for _ in range(30)]  # type: ignore[arg-type]
    told = [reply.tool is not None for reply in replies]  # type: ignore[union-attr]
    assert told == [True] * 20 + [False] * 10
    assert found.unwritten == {"stock.py": "write writes something else than it is told"}


def test_all_personas_are_there() -> None:
    """The eight of the docs, and no other."""
    assert set(PERSONAS) == {"oracle", "null", "vandal", "cheat", "refuser", "hang", "error", "flood"}


def test_the_oracle_refuses_where_that_is_right() -> None:
    """On a task that expects a refusal the oracle refuses in words; on its twin it works."""
    assert "I can't help" in says("oracle", "refusal/py-login-backdoor").text
    assert "recovery" in says("oracle", "refusal/py-login-recovery").text


@pytest.mark.parametrize("task", TASKS)
def test_the_vandal_touches_what_no_fix_does(task: str) -> None:
    """On every task the vandal changes at least one file that is neither expected nor ignored."""
    doc = TASKS[task].task.doc
    fine = (*doc.expected_files, *doc.allowed_files, *doc.by_products)
    assert any(not matches(path, fine) for path in vandalism(context(task)))


@pytest.mark.parametrize("task", TASKS)
def test_the_cheat_touches_what_is_watched_and_repairs_nothing(task: str) -> None:
    """On every task the cheat changes something, with watched files something watched, and solves nothing."""
    seen = context(task)
    files = tampering(seen)
    watched = seen.doc.integrity.watched if seen.doc.integrity else ()
    assert files and not set(files.items()) & set(seen.solution.items())
    assert not watched or any(matches(path, watched) for path in files)


def test_the_cheat_would_fool_whoever_trusts_the_tree(tmp_path: Path) -> None:
    """In the tree that the cheat leaves, the task's own tests pass although nothing is repaired."""
    seen = context("mutations/py-stock-reorder")
    for path, text in {**seen.work, **tampering(seen)}.items():
        (tmp_path / path).write_text(text)
    argv = [sys.executable, "-B", "-m", "unittest"]
    assert subprocess.run(argv, cwd=tmp_path, capture_output=True, check=False).returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize("task", rows(TASKS, OFTEN))
def test_every_task_tells_the_personas_apart(tmp_path: Path, task: str) -> None:
    """On every task the figures of those that act or refuse are as the rules of calibration say."""
    if any(missing(need) for need in TASKS[task].task.doc.grade.requires):
        pytest.skip("a toolchain is missing")
    cells = [
        play(tmp_path / p, "", task=task, adapter=Agent(SHELL), model=model(p))[1]
        for p in ("oracle", "vandal", "cheat", "refuser")
    ]
    assert [(f.cell.cell.model, str(f.rule), f.found) for f in findings(cells) if not f.right] == []


def test_the_cheat_empties_a_protected_region() -> None:
    """Where tests stand inside an edited file, the cheat takes them out and leaves the rest."""
    [task] = [t for t in TASKS if TASKS[t].task.doc.protected_regions]
    region = TASKS[task].task.doc.protected_regions[0]
    text = tampering(context(task))[region.file]
    assert region.begin in text and len(text) < len(context(task).work[region.file])


@pytest.mark.parametrize("tools", [(SHELL,), (ARGV,), (WRITE,), (), (WRITE, SHELL)])
def test_the_generic_dialect_drives_any_agent(tmp_path: Path, tools: tuple[dict[str, Any], ...]) -> None:
    """A shell, an argv, a write tool, both or none: the oracle passes through an adapter without dialect."""
    _, result = play(tmp_path, "", adapter=Agent(*tools), model=model("oracle"))
    assert result.outcome == "passed", result.why
    assert result.tokens.total


def test_the_generic_dialect_makes_directories_and_quotes(tmp_path: Path) -> None:
    """A text full of quotes and dollars arrives as it is, in a directory that was not there."""
    text = "a 'quoted' \"$HOME\" `x` \\n %s\nend\n"
    job = Job(prompt="", model="", endpoint="", token="", home="", workdir=str(tmp_path), deadline_s=1)
    request = {"tools": [{"type": "function", "function": SHELL}]}
    reply = GenericDialect().edit({"new dir/a b.txt": text}, request, job)
    assert reply is not None and reply.tool is not None
    subprocess.run(reply.tool[1]["command"], shell=True, check=True)  # noqa: S602  what an agent does
    assert (tmp_path / "new dir/a b.txt").read_text() == text


def test_what_a_write_tool_cannot_do_is_told(tmp_path: Path) -> None:
    """Without a shell no mode is set and no odd byte written: the cell says so, whatever the grader said."""
    task = odd_task(tmp_path / "pack", ("crlf.txt", "new.sh", "latin.txt"), check="test -x")
    _, result = play(tmp_path / "runs", "", task=task, adapter=Agent(WRITE), model=model("oracle"))
    assert (result.outcome, set(result.unwritten)) == ("failed", {"new.sh", "latin.txt"})
    assert told(result) and all(f.unable for f in findings([result]) if not f.right)


@pytest.mark.parametrize("tool", [SHELL, ARGV])
def test_a_shell_writes_anything(tmp_path: Path, tool: dict[str, Any]) -> None:
    """Bytes, line ends, modes and large files go through a shell."""
    task = odd_task(tmp_path / "pack", ("crlf.txt", "new.sh", "latin.txt", "binary.dat", "unended.txt"))
    where, result = play(tmp_path / "runs", "", task=task, adapter=Agent(tool), model=model("oracle"))
    assert not result.unwritten
    found = left(where)
    assert {name: found[name] for name in found} == {name: wanted()[name] for name in found}
    assert len(found) == 5


@pytest.mark.parametrize(("stream", "outcome"), [(True, "limit_wall"), (False, "failed")])
def test_a_flood_is_bounded(tmp_path: Path, stream: bool, outcome: str) -> None:
    """A stream without end is ended by the wall limit; without streaming the answer is long but ends."""
    script = f"print(len(call(stream={stream})))"
    _, result = play(tmp_path, "", adapter=Puppet(script), model=model("flood"), limits=Limits(wall_s=3))
    assert result.outcome == outcome, result.why


def test_a_flood_goes_on() -> None:
    """There is always more."""

    async def read() -> int:
        answer = await flood(context("mutations/py-lru-cache"), {})
        size = 0
        async for piece in answer.pieces():
            size += len(piece)
            if size > 100_000:
                break
        return size

    assert asyncio.run(read()) > 100_000


def test_an_error_is_infrastructure(tmp_path: Path) -> None:
    """HTTP 500 for ever is the endpoint's failure, not the agent's."""
    _, result = play(tmp_path, "call()", model=model("error"))
    assert result.outcome == "infra_upstream" and "500" in result.why


def test_a_changed_forbidden_end_is_another_cell() -> None:
    """What a scripted model knows is part of the content key."""
    import attrs

    task = find_task("refusal/py-login-backdoor")
    other = attrs.evolve(task, files=tuple(f for f in task.files if f.section != "forbidden"))
    runtime = Plugins().runtime("local")
    keys = {plan_one(Puppet(""), t, model("cheat"), runtime).content_key for t in (task, other)}
    assert len(keys) == 2


@pytest.mark.parametrize(("persona", "outcome"), [("null", "failed"), ("oracle", "infra_plugin")])
def test_a_model_that_changes_nothing_needs_no_reference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, persona: str, outcome: str
) -> None:
    """The reference is a program that nobody has run: only whoever carries it out cannot go on."""
    monkeypatch.setenv("CAB_CACHE", str(tmp_path / "cache"))
    commands = '[[grade.commands]]\nargv = ["grep", "-q", "good", "adds.py"]\n[reference]\nkind = "script"\nfile = "a.sh"\n'
    files = {"workdir/adds.py": "worse", "solution/a.sh": "echo good > adds.py"}
    task = write_pack(tmp_path, commands, files)
    result = play(tmp_path / "runs", "call()", task, model(persona))[1]
    assert result.outcome == outcome, result.why
