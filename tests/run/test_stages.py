"""Stages of a cell, one fact at a time: those that a whole run passes over."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import attrs
import pytest

from cab_core.errors import BadDocument
from cab_core.gateway.models import Model
from cab_core.plugins.observers import Observers
from cab_core.plugins.registry import Plugins
from cab_core.plugins.toolkit import StackEffect
from cab_core.records import Changes, Env, Files, Launch, ProtectedRegion, StackPart
from cab_core.run import grader as grader_module
from cab_core.run.prepare import work_files
from cab_core.run.regions import restore
from cab_core.store.cells import Store, write_result
from cab_core.tasks.stacks import Stack
from cab_core.workdir.manifest import take_manifest
from tests.support.commands import python, with_commands
from tests.support.endpoint import KEY, Endpoint
from tests.support.puppet import FIX, Puppet, judge_changes, play


def test_a_command_that_takes_too_long_fails_and_ends_the_grading(tmp_path: Path) -> None:
    """It is told how long was waited, whatever its exit code would have been; what follows is not run."""
    slow = python("import signal, sys, time; signal.signal(15, lambda *_: sys.exit(0)); time.sleep(60)")
    grade = judge_changes(
        with_commands(slow, python(""), timeout_s=0.5), Changes(), tmp_path / "left", tmp_path
    )
    [result] = grade.commands
    assert (grade.passed, result.ok, result.timed_out) == (False, False, True)
    assert result.reason == "not finished after 0 s"


@pytest.mark.parametrize(("build", "run"), [(True, 1), (False, 2)])
def test_after_a_failed_build_nothing_is_run(tmp_path: Path, build: bool, run: int) -> None:
    """A command that only fails does not keep the next from being run."""
    task = with_commands(python("raise SystemExit(3)", build=build), python(""))
    grade = judge_changes(task, Changes(), tmp_path / "left", tmp_path)
    assert len(grade.commands) == run and not grade.passed


@pytest.mark.parametrize("kind", ["counts", "output"])
def test_output_beyond_what_is_read_is_no_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Every test passes, but more was printed than is read: that is said, and not that tests are missing."""
    monkeypatch.setattr(grader_module, "_READ", 1000)
    printed = "print('test one ... ok'); print('x' * 2000)"
    task = with_commands(python(printed, kind=kind, passes=1 if kind == "counts" else None))
    [result] = judge_changes(task, Changes(), tmp_path / "left", tmp_path).commands
    assert (result.ok, result.reason) == (False, "it printed more than the 0 MiB that are read")


def test_output_that_is_just_read_is_a_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To the last byte."""
    text = "test one ... ok\n"
    monkeypatch.setattr(grader_module, "_READ", len(text))
    task = with_commands(python("print('test one ... ok')", kind="counts", passes=1))
    assert judge_changes(task, Changes(), tmp_path / "left", tmp_path).passed


def test_a_long_output_may_be_judged_by_its_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it prints is no part of that verdict."""
    monkeypatch.setattr(grader_module, "_READ", 10)
    assert judge_changes(
        with_commands(python("print('x' * 99)")), Changes(), tmp_path / "left", tmp_path
    ).passed


def test_the_first_end_closes_a_region() -> None:
    """What stands behind it is the agent's, also where a line reads like another end."""
    region = ProtectedRegion(file="f", begin="# tests", end="# end")
    pristine = "code\n# tests\nassert 1\n# end\n"
    text, notes = restore(pristine, "mine\n# tests\nassert 2\n# end\nmore\n# end\n", [region])
    assert text == "mine\n# tests\nassert 1\n# end\nmore\n# end\n" and notes


def test_a_cli_is_given_its_standard_input(tmp_path: Path) -> None:
    """Whatever it holds, and nothing where there is none."""
    adapter = Puppet("call()\nprint(repr(sys.stdin.read()))")
    launch = adapter.launch
    adapter.launch = lambda job: attrs.evolve(launch(job), stdin="ünï\ncode")  # type: ignore[method-assign]
    directory, _ = play(tmp_path, "", adapter=adapter)
    assert (directory / "stdout.log").read_text().strip() == repr("ünï\ncode")
    directory, _ = play(tmp_path, "call()\nprint(repr(sys.stdin.read()))")
    assert (directory / "stdout.log").read_text().strip() == "''"


def test_config_may_lie_in_directories_below_home(tmp_path: Path) -> None:
    """They are made, and closed to nobody who is the user inside."""
    adapter = Puppet("call()\nprint(open(os.environ['HOME'] + '/.config/deep/tiny.json').read())")
    launch = adapter.launch

    def configured(job: Any) -> Launch:
        made = launch(job)
        return attrs.evolve(made, files={**made.files, ".config/deep/tiny.json": "{}"})

    adapter.launch = configured  # type: ignore[method-assign]
    directory, result = play(tmp_path, "", adapter=adapter)
    assert (directory / "stdout.log").read_text() == "{}\n", result.why


@pytest.mark.parametrize(
    ("given", "own", "says"),
    [
        (".tiny", ".tiny/a.json", "plugin tests:puppet"),
        (".tiny/a.json", ".tiny", "stack 'house' (cab-house:house): files 'conf' meets what the CLI needs below HOME"),
        (".tiny", ".tiny/a.json", "stack 'house' (cab-house:house): files 'conf' meets what the CLI needs below HOME"),
    ],
)  # fmt: skip
def test_a_stack_s_file_in_the_way_is_told_of_the_stack(
    tmp_path: Path, given: str, own: str, says: str
) -> None:
    """Where a CLI's own config cannot lie beside it; without a stack it is the adapter's own."""
    item = Files(name="conf", files={given: ""})
    part = StackPart(name="house", items=(item,), owner="cab-house:house")
    with_stack = says.startswith("stack")
    stack = Stack(names=("house",), items=(item,), parts=(part,)) if with_stack else None
    adapter = Puppet("call()")
    launch = adapter.launch
    adapter.launch = lambda job: attrs.evolve(launch(job), files={**launch(job).files, given: "", own: ""})  # type: ignore[method-assign]
    _, result = play(tmp_path, "", adapter=adapter, stack=stack)
    assert result.outcome == "infra_plugin" and result.why.startswith(says), result.why


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"plain", True), (b"", True), ("ü".encode(), True), (b"\xff\xfe", False), (b"a\0b", False),
        (b"a" * 8191 + "ü".encode(), True), (b"a" * 8191 + b"\xff" + b"b" * 9, False), (b"\0" + b"a" * 8190 + "ü".encode(), False),
    ],
)  # fmt: skip
def test_a_file_is_text_where_its_beginning_is(tmp_path: Path, data: bytes, text: bool) -> None:
    """A character that the look cuts in two is none the less one."""
    (tmp_path / "file").write_bytes(data)
    [found] = work_files(take_manifest(tmp_path), tmp_path)
    assert (found.text, found.size) == (text, len(data))


def test_what_is_not_taken_is_named(tmp_path: Path) -> None:
    """A right fix with a changed test beside it: passed, and the note names what was left behind."""
    _, result = play(tmp_path, FIX + "open('test_stock.py', 'a').write('# x')\n")
    assert result.outcome == "passed"
    assert "not taken from the agent: test_stock.py" in result.notes


def test_a_plain_pass_is_said_plainly(tmp_path: Path) -> None:
    """Nothing was refused, so no refusal is spoken of."""
    assert play(tmp_path, FIX)[1].why == "the grader accepted the result"


def test_one_served_model_is_no_note(tmp_path: Path, endpoint: Endpoint) -> None:
    """Nor is none at all."""
    for script in ("call()\ncall()", ""):
        _, result = play(tmp_path, script, model=Model(id="m", endpoint=endpoint.url, key=KEY))
        assert not any("more than one model" in note for note in result.notes)


def test_a_failed_call_s_span_says_why(tmp_path: Path, endpoint: Endpoint) -> None:
    """With its status and what the endpoint said."""
    endpoint.mode = "401"
    directory, _ = play(tmp_path, "call()", model=Model(id="m", endpoint=endpoint.url, key=KEY))
    spans = [json.loads(line) for line in (directory / "spans.jsonl").read_text().splitlines()]
    [call] = [s for s in spans if s["kind"] == "model_call"]
    told = {n: call["attributes"][n] for n in ("http.response.status_code", "error.type")}
    assert told == {"http.response.status_code": 401, "error.type": "http_401"}
    assert "error 401" in call["error"]


def test_a_result_that_does_not_fit_its_schema_is_not_written(tmp_path: Path) -> None:
    """Nobody could read it again."""
    directory, result = play(tmp_path, "call()")
    before = (directory / "cell.json").read_text()
    with pytest.raises(BadDocument, match="outcome"):
        write_result(directory, attrs.evolve(result, outcome="nonsense"))
    assert (directory / "cell.json").read_text() == before


def test_the_newest_try_with_a_verdict_is_the_verdict(tmp_path: Path) -> None:
    """Of three tries with the same keys, each has a number of its own, and the last is what counts."""
    tries = [play(tmp_path, "call()") for _ in range(3)]
    assert [path.name for path, _ in tries] == ["1", "2", "3"]
    result = tries[0][1]
    store = Store(tmp_path)
    found = store.verdict(store.tries(result.cell), result.content_key, result.grader_key)
    assert found is not None and found[0] == str(tries[-1][0])


def test_plugins_are_told_of_a_cell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its start, each call, its end: in this order, with what each is about."""
    told: list[tuple[str, Any]] = []
    monkeypatch.setattr(Observers, "tell", lambda self, hook, **event: told.append((hook, event)))
    observers = Observers(Plugins().loaded.manager, print)
    directory, result = play(tmp_path, "call()\ncall()", observers=observers)
    assert [hook for hook, _ in told] == [
        "cab_cell_started",
        "cab_model_call",
        "cab_model_call",
        "cab_cell_finished",
    ]
    assert told[0][1] == {"cell": result.cell} and told[-1][1] == {"result": result, "directory": directory}
    assert [event["call"].n for _, event in told[1:3]] == [1, 2]


def test_no_secret_of_a_stack_is_in_its_cell(tmp_path: Path) -> None:
    """The CLI gets the values of variables; the record has their names, and the inputs have hashes."""
    secret = "sk-of-the-stack-0123456789"
    stack = Stack(
        names=("house",),
        items=(
            Env(name="flags", values={"HOUSE_TOKEN": secret}),
            Files(name="conf", files={".house/conf": f"token={secret}"}),
        ),
    )
    adapter = Puppet(
        FIX + "print(len(os.environ['HOUSE_TOKEN']), len(open(os.environ['HOME'] + '/.house/conf').read()))"
    )
    launch = adapter.launch

    def given(job: Any) -> Launch:
        effect, made = StackEffect().apply(job.stack), launch(job)
        return attrs.evolve(
            made, env={**made.env, **effect.env}, files={**made.files, **effect.files}, stack=effect.accounts
        )

    adapter.launch = given  # type: ignore[method-assign]
    directory, result = play(tmp_path, "", adapter=adapter, stack=stack)
    assert (result.outcome, (directory / "stdout.log").read_text()) == (
        "passed",
        f"{len(secret)} {len(secret) + 6}\n",
    )
    assert result.wiring.env["HOUSE_TOKEN"] == "$HOUSE_TOKEN"
    written = {p.name: p.read_text(errors="replace") for p in directory.iterdir()}
    assert [name for name, text in written.items() if secret in text] == []
