"""Every command that prints a table, on terminals of 60, 80 and 100 columns and into a pipe: names are whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cab_core.cli.fold import columns
from tests.cli.test_wire import record
from tests.conftest import CAB, Cab
from tests.site.made import Made
from tests.support.narrow import printed
from tests.support.tiny import PLUGIN

MODELS = ("acme/coder-1", "qwen3-coder-480b-a35b-instruct-fp8")
CLIS = ("aider", "opencode")
TASKS = ("mutations/py-interval-merge", "mutations/py-stock-reorder", "polyglot/rust-owner-borrow-fix")
RECORDED = "runs/made/aider/acme/coder-1/polyglot"  # below it is one cell
NAMES = (*MODELS, *CLIS, *TASKS)
TINY = ("--tui", "tiny", "--model", "scripted:null")
WIDTHS = [60, 80, 100]
# What is printed, and the names that must be in it.
COMMANDS = {
    "results": (("results",), NAMES),
    "summary": (("results", "--summary"), (*MODELS, *CLIS)),
    "compare": (("compare", "tui=aider", "tui=opencode"), (*MODELS, *TASKS[:2])),
    "tasks list": (("tasks", "list"), TASKS),
    "tasks show": (("tasks", "show", TASKS[0]), TASKS[:1]),
    "tasks validate": (("tasks", "validate", TASKS[0]), TASKS[:1]),
    "plugins list": (("plugins", "list"), ("codingagentbench:opencode", "blast_radius", "refusal")),
    "plugins info": (("plugins", "info", "aider"), ("codingagentbench", "aider-chat")),
    "wire": (("wire", RECORDED), ("chat/completions", "stop")),
    "doctor": (("doctor",), ("codingagentbench:opencode",)),
    "a mistake": (("tasks", "show", f"{TASKS[0]}-or-another-one"), TASKS[:1]),
}
RUNS = {
    "run": (("run", *TINY, "--task", TASKS[1], "-j", "2", "--attempts", "2"), ("tiny", "scripted:null", TASKS[1])),
    "run-cell": (("run-cell", *TINY, "--task", TASKS[1]), ("tiny", "scripted:null", TASKS[1])),
    "calibrate": (("calibrate", "--tui", "tiny", "--task", TASKS[1], "--wall", "2", "-j", "2"), ("tiny", "scripted:vandal", TASKS[1])),
    "check": (("check", *TINY, "--task", TASKS[1]), ("tiny", "scripted:null", TASKS[1])),
}  # fmt: skip
COMMAND_LINES = ("Pages: ", "Cell: ")  # are whole, to be copied


@pytest.fixture
def runs(cab: Cab) -> Cab:
    """The command, where there are cells of models, tasks and CLIs with long names."""
    for n, model in enumerate(MODELS):
        for k, tui in enumerate(CLIS):
            for i, task in enumerate(TASKS):
                outcome = ("passed", "failed", "infra_upstream")[i if i == 2 else (n + k + i) % 2]
                Made(tui=tui, model=model, task=task, outcome=outcome, marks=("provisional", "in-process") if k else ()).write(cab.cwd / "runs")  # fmt: skip
    [cell] = (cab.cwd / RECORDED).rglob("cell.json")
    record(cell.parent)
    return cab


def fits(said: str, width: int, names: tuple[str, ...]) -> None:
    """Hold what was printed against the terminal; each name is in a line."""
    lines = said.split("\n")
    wide = [line for line in lines if columns(line) > width and not line.startswith(COMMAND_LINES)]
    assert not wide, said
    for name in names:
        assert any(name in line for line in lines), (name, said)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", COMMANDS)
def test_names_are_whole_on_a_terminal(runs: Cab, name: str, width: int) -> None:
    """No line is wider than it, no name is broken."""
    argv, names = COMMANDS[name]
    code, said = printed([str(CAB), *argv], width, runs.cwd, runs.env)
    assert code == (2 if name == "a mistake" else 0), said
    fits(said, width, names)


@pytest.mark.slow
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", RUNS)
def test_names_are_whole_behind_a_run(
    cab: Cab, distribution: Callable[..., str], name: str, width: int
) -> None:
    """In the table, in what was printed while it ran, and in the lines that moved."""
    cab.find_plugins(distribution("cab-tiny", PLUGIN))
    argv, names = RUNS[name]
    code, said = printed([str(CAB), *argv], width, cab.cwd, {**cab.env, "CAB_CACHE": str(cab.cwd / "cache")})
    assert code == (1 if name == "calibrate" else 0), said
    fits(said, width, names)


@pytest.mark.parametrize("name", ["results", "summary", "compare", "tasks list", "plugins list"])
def test_a_pipe_has_a_line_for_each_row(runs: Cab, name: str) -> None:
    """Whole, whatever `COLUMNS` says: what reads it takes a row for a line."""
    argv, names = COMMANDS[name]
    done = runs(*argv, COLUMNS="40")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.split("\n")
    rules = [i for i, line in enumerate(lines) if line.startswith("──")]
    rule = rules[-1 if name == "compare" else 0]  # below the one of axes
    rows = lines[rule + 1 : lines.index("", rule)]
    assert all(any(name in row for row in rows) for name in names)
    assert all(any(name in row for name in names) for row in rows) or "list" in name
    assert columns(lines[rule]) > 40 and "\x1b" not in done.stdout


def test_hostile_names_are_shown(cab: Cab, tmp_path: Path) -> None:
    """What a terminal would obey is text, and wide letters take the room that they need."""
    Made(model="a\x1b[2Jb", task="p/漢字" + "字" * 40).write(tmp_path / "runs")
    for width in WIDTHS:
        code, said = printed([str(CAB), "results"], width, tmp_path, cab.env)
        assert code == 0 and "\x1b" not in said and "a\\x1b[2Jb" in said
        assert max(map(columns, said.split("\n"))) <= width
        assert "p/漢字" + "字" * 40 in "".join(said.split())
