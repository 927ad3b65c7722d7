"""`cab race` as a user types it, with two scripted models of known rates."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cab_core.cli.race_sides import compared, sweep_of
from cab_core.errors import UserError
from cab_core.records import Limits
from cab_core.stats import Selector
from cab_core.testing.tiny import PACK, TASK
from tests.conftest import Cab

PLUGIN = """
from cab_core import Registration, hookimpl
from cab_core.testing.script_adapter import TinyAgent
@hookimpl
def cab_adapters():
    return [Registration(name="tiny-agent", summary="t", factory=TinyAgent)]
"""
GOOD, BAD = "model=scripted:share?rate=0.9&seed=1", "model=scripted:share?rate=0.3&seed=1"


def pack(root: Path, tasks: int) -> None:
    """Write a pack of tasks that take a moment."""
    for i in range(tasks):
        files = {"task.toml": TASK, "workdir/a.txt": "bad\n", "solution/a.txt": "good\n"}
        for path, text in files.items():
            at = root / f"t{i:03}" / path
            at.parent.mkdir(parents=True, exist_ok=True)
            at.write_text(text)
    (root / "pack.toml").write_text(PACK.format(name="tiny"))


@pytest.fixture
def race(cab: Cab, tmp_path: Path, distribution: Callable[..., str]) -> tuple[str, ...]:
    """The command."""
    cab.find_plugins(distribution("cab-tiny-agent", PLUGIN))
    pack(tmp_path / "pack", 60)
    return ("race", GOOD, BAD, "--tui", "tiny-agent", "--pack", "pack", "--task", "tiny/*", "-j", "2")


@pytest.mark.prove
def test_two_scripted_models_of_known_rates(cab: Cab, race: tuple[str, ...]) -> None:
    """It stops early and right; on a small budget first, then goes on there, and again it runs nothing.

    13 of the 60 tasks decide; with two cells at once another may have been started by then.
    """
    first = cab.json(*race, "--max-cells", "16", "--json")
    [pair] = first["pairs"]
    assert (first["cells"], pair["verdict"], pair["why"]) == (16, "undecided", "budget")
    cut = cab(*race, "--max-cells", "16").stdout
    assert "16 cells. A fixed plan has 120" in cut and "saved" not in cut  # it was only cut short
    done = cab(*race)
    assert done.returncode == 0, done.stderr
    assert "16 of 120 cells: done before" in done.stderr
    assert "A does better." in done.stdout
    again = cab.json(*race, "--json")
    [pair] = again["pairs"]
    assert (pair["verdict"], pair["n"], pair["better"], pair["worse"]) == ("better", 13, 8, 0)
    assert 26 <= again["cells"] <= 28
    assert again["saved_cells"] == 120 - again["cells"]
    assert pair["interval"]["low"] > 0
    known = len(list((cab.cwd / "runs").rglob("cell.json")))
    assert known == again["cells"]
    found = cab.json("compare", GOOD, BAD, "--scripted", "--json")
    assert found["rate_a"] > found["rate_b"]
    assert again["orders"] == 1 and cab.json(*race, "--seed", "1", "--json")["orders"] == 2
    few = cab(*race, "--max-cells", "10")
    assert (few.returncode, few.stdout) == (2, "")
    assert "5 tasks (one of each family) could decide nothing" in few.stderr


@pytest.mark.prove
@pytest.mark.timeout(1200)
def test_two_equal_scripted_models_are_given_up(cab: Cab, race: tuple[str, ...]) -> None:
    """Of other seeds but one rate: undecided, and before the fixed plan's end."""
    same = [word.replace("rate=0.3&seed=1", "rate=0.9&seed=2") for word in race]
    found = cab.json(*same, "--json")
    assert found["pairs"][0]["verdict"] == "undecided"
    assert found["saved_cells"] > 0


SHARED = {
    "tuis": (), "models": (), "tasks": ("*",), "stacks": (), "runtimes": (), "pairs": (), "params": (),
    "attempts": 1, "sweep_id": None, "executor": None, "network": None, "no_wire": False,
}  # fmt: skip


def test_a_side_and_what_both_share_make_a_sweep() -> None:
    """A version belongs to the CLI; settings are joined; `none` is the bare CLI."""
    shared = {**SHARED, "models": ("m",), "pairs": ("a=1",)}
    side = Selector.parse("tui=aider,version=0.86.1,stack=none,option.b=x,param.seed=3")
    sweep = sweep_of(side, shared, Limits())
    assert (sweep.tuis, sweep.models, sweep.stacks) == (("aider@0.86.1",), ("m",), ())
    assert (sweep.options, sweep.model_params) == ({"a": 1, "b": "x"}, {"seed": 3})
    assert compared(side, "aider", ()) == str(side)


@pytest.mark.parametrize(
    ("side", "shared", "said"),
    [
        ("tui=a", {}, "names no model, and no --model"),
        ("tui=a,model=m", {"tuis": ("b",)}, "names a tui, and so does --tui"),
        ("model=m", {"tuis": ("a", "b")}, "--tui is given 2 times"),
        ("tui=a@1,version=2,model=m", {}, "has one already"),
        ("tui=a,model=m,option.x=1", {"pairs": ("x=2",)}, "sets 'x', and so does --option"),
        ("sweep=s,tui=a,model=m", {}, "is in one sweep"),
    ],
)
def test_a_side_that_says_too_much_or_too_little_is_refused(
    side: str, shared: dict[str, object], said: str
) -> None:
    """With what is wrong."""
    with pytest.raises(UserError, match=said):
        sweep_of(Selector.parse(side), {**SHARED, **shared}, Limits())


def test_race_of_one_side_is_a_mistake(cab: Cab) -> None:
    """Exit 2, and what was expected."""
    done = cab("race", "tui=aider", "--task", "*")
    assert done.returncode == 2
    assert "two sides at least" in done.stderr
    assert json.dumps(done.stdout) == '""'
