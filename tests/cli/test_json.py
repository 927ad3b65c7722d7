"""`--json` on every command, and errors that are JSON too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import attrs
import click
import pytest

from cab_core import cli
from cab_core.cli import demo
from tests.conftest import Cab
from tests.site.made import Made
from tests.tasks.test_packs import pack

__all__ = ["pack"]


def commands(group: click.Group | None = None, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the words of every command."""
    group = group or cli.root()
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        if isinstance(found, click.Group):
            yield from commands(found, (*words, name))
        else:
            yield (*words, name)


ALL = list(commands())


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_every_command_takes_json_and_its_errors_are_json(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """An option that there is not: one object on stdout, nothing else, exit 2 as without --json."""
    command: click.Command = cli.root()
    for word in words:
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), word)
        assert found is not None
        command = found
    assert "--json" in {o for p in command.params for o in p.opts}
    codes = [cli._run([*words, "--no-such-option", *more]) for more in ([], ["--json"])]
    said = capsys.readouterr()
    error = json.loads(said.out)["error"]
    assert codes == [2, 2] and error["exit_code"] == 2
    assert error["kind"] == "NoSuchOption" and "--no-such-option" in error["message"]


@pytest.mark.parametrize(
    ("args", "code", "kind", "more"),
    [
        (["rnu"], 2, "UnknownName", {"name": "rnu", "nearest": "run"}),
        (["run", "--tui", "adier", "--model", "scripted:null", "--task", "*"], 2, "UnknownName", {"nearest": "aider"}),
        (["run", "nowhere.toml"], 2, "BadDocument", {}),
        (["results", "--runs", "nowhere"], 2, "UserError", {}),
        (["run", "--tui", "aider", "--model", "m", "--task", "*", "--endpoint", "http://127.0.0.1:9"], 1, "UpstreamError", {}),
        (["tasks", "lst"], 2, "UnknownName", {"nearest": "list"}),
        (["schema", "sell"], 2, "UnknownName", {"nearest": "cell"}),
    ],
)  # fmt: skip
def test_an_error_is_an_object_with_the_exit_code(
    args: list[str], code: int, kind: str, more: dict[str, str], capsys: pytest.CaptureFixture[str], cab: Cab,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Of whichever kind it is; the message is the one for people."""
    monkeypatch.chdir(cab.cwd)
    assert cli._run([*args, "--json"]) == code
    said = capsys.readouterr().out
    *events, line = said.splitlines()  # of `run` an event that it ended comes before
    assert [json.loads(event)["event"] for event in events] == (["end"] if args[0] == "run" else [])
    error = json.loads(line)["error"]
    assert error["kind"] == kind and error["exit_code"] == code and error["message"]
    assert more.items() <= error.items()
    assert cli._run(args) == code
    assert error["message"].splitlines()[0] in capsys.readouterr().err


def test_a_word_after_two_dashes_is_no_option(capsys: pytest.CaptureFixture[str]) -> None:
    """What only looks like --json is a value."""
    assert cli._run(["schema", "--", "--json"]) == 2
    assert capsys.readouterr().out == ""


def test_an_interruption_is_an_error_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C: exit 130, and an object."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "root", lambda: type("Root", (), {"main": interrupted}))
    assert cli._run(["results", "--json"]) == 130
    assert json.loads(capsys.readouterr().out)["error"]["kind"] == "Interrupted"


def test_commands_on_a_pack_print_json(cab: Cab, pack: Path, tmp_path: Path) -> None:
    """lock, validate and copy say by name what they did."""
    locked = cab.json("tasks", "lock", str(pack), "--json")
    assert locked == {"files": 3, "list": str(pack / "files.json")}
    told = cab("tasks", "validate", "--pack", str(pack), "mine/one", "--json")
    [row] = json.loads(told.stdout)
    assert (row["task"], row["runtime"], row["state"], row["fault"]) == ("mine/one", "local", "sound", None)
    copied = cab.json("tasks", "copy", "mine/one", "there", "--pack", str(pack), "--json")
    assert copied == {"task": "mine/one", "directory": "there"} and (tmp_path / "there/a.txt").exists()


def test_cleaning_prints_json(cab: Cab) -> None:
    """Nothing is there: lists that are empty, and whether containers were looked at."""
    found = cab.json("clean", "--dry-run", "--json", DOCKER_HOST="tcp://127.0.0.1:1")
    assert found["containers"] == [] and found["removed"] is False and found["not_looked_at"]


def test_commands_on_cells_print_json(cab: Cab) -> None:
    """Pages, trajectories and axes: where they are, and how many. `--runs` names a directory for all of them."""
    Made(tui="aider", outcome="passed").write(cab.cwd / "cells")
    pages = cab.json("site", "build", "--runs", "cells", "-o", "pages", "--json")["pages"]
    assert pages == str(cab.cwd / "pages/index.html") and Path(pages).exists()
    assert cab.json("site", "build", "cells", "-o", "again", "--json")["pages"].endswith("again/index.html")
    written = cab.json("export", "--atif", "-o", "out", "--runs", "cells", "--json")
    assert written == {"trajectories": 1, "silent": 0, "directory": "out", "left_out": 0}
    assert cab.json("rescore", "--runs", "cells", "--json")["cells"] == 1


@pytest.mark.prove
@pytest.mark.usefixtures("aider")
def test_the_demo_prints_json(
    cab: Cab, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whether it came out right, with its cells and pages, and nothing else; here of one cell."""
    monkeypatch.chdir(cab.cwd)
    monkeypatch.setattr(
        demo, "SWEEP", attrs.evolve(demo.SWEEP, models=("scripted:oracle",), tasks=(demo.SWEEP.tasks[0],))
    )
    code, found = cli._run(["demo", "--json"]), json.loads(capsys.readouterr().out)
    assert (code, found["right"]) == (0, True)
    assert [c["outcome"] for c in found["cells"]] == ["passed"] and Path(found["pages"]).exists()
