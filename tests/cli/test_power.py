"""`cab power` as a user types it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cab_core.cli import power
from cab_core.errors import UserError
from tests.site.made import Made


def call(*args: str) -> str:
    """Return what the command prints; it must end well."""
    done = CliRunner().invoke(power.command, args, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def plans(*args: str) -> dict[str, Any]:
    """Return what it prints with `--json`."""
    found: dict[str, Any] = json.loads(call(*args, "--json"))
    return found


def test_how_many_tasks() -> None:
    """A line for each number of attempts, with cells of both sides; what is taken to be true is said."""
    said = " ".join(call("--rate", "60%", "--difference", "20%", "--flip", "0.2").split())
    assert "one side solves 60.0% of tasks like these, the other 80.0%" in said
    assert "end differently in 20.0%." in said
    found = plans("--rate", "0.6", "--difference", "0.2", "--flip", "20%")
    assert [row["attempts"] for row in found["plans"]] == [1, 2, 3, 5]
    assert all(row["cells"] == 2 * row["tasks"] * row["attempts"] for row in found["plans"])
    assert f"1 {found['plans'][0]['tasks']}" in said


def test_how_surely_and_what_difference() -> None:
    """The three questions agree: the difference that is found is seen as surely as was asked."""
    fixed = ("--rate", "50%", "--flip", "30%", "--attempts", "1", "--tasks", "60")
    [row] = plans(*fixed, "--power", "70%")["plans"]
    [back] = plans(*fixed, "--difference", str(row["difference"]))["plans"]
    assert back["power"] == pytest.approx(0.7, abs=0.01)
    assert "power" in call(*fixed, "--difference", "20%") and "difference" in call(*fixed)


def test_worse_is_seen_as_surely_as_better() -> None:
    """From the other side's rate, where the flips are the same."""
    one = plans("--rate", "60%", "--difference", "-20%", "--flip", "0", "--attempts", "1")["plans"]
    other = plans("--rate", "40%", "--difference", "20%", "--flip", "0", "--attempts", "1")["plans"]
    assert one[0]["tasks"] == other[0]["tasks"]


def test_not_worse_by_a_margin_takes_a_claim() -> None:
    """Where nothing flips, no loss among n tasks excludes a tenth from 29 on: 0.9^29 < 5%."""
    [row] = plans("--rate", "100%", "--margin", "10%", "--attempts", "1")["plans"]
    assert row["tasks"] == 29
    said = call("--rate", "100%", "--margin", "10%", "--attempts", "1")
    assert "to be found not worse by 10.0% in 80% of comparisons" in said


def test_rate_and_flips_are_measured_in_cells(tmp_path: Path) -> None:
    """Of the selector's cells alone; what is given stands before what is measured."""
    for i in range(4):
        for attempt in (1, 2):
            ok = i < 2 or (i == 2 and attempt == 1)
            Made(tui="a", task=f"p/t{i}", attempt=attempt, outcome="passed" if ok else "failed").write(
                tmp_path
            )
            Made(tui="b", task=f"p/t{i}", attempt=attempt).write(tmp_path)
    source = ("--from", "tui=a", "--runs", str(tmp_path), "--tasks", "40", "--attempts", "1")
    found = plans(*source)
    assert (found["rate"], found["flip"]) == (0.625, 0.25)
    assert plans(*source, "--flip", "0.1")["flip"] == 0.1
    assert plans(*source, "--rate", "0.5")["rate"] == 0.5


def test_what_was_measured_in_is_told(tmp_path: Path) -> None:
    """One configuration by its name; of several that it is their mean, which and how many tasks of each."""
    for i in range(3):
        Made(tui="a", task=f"p/t{i}").write(tmp_path)
    Made(tui="b\x1b[2J", task="p/t0", outcome="failed").write(tmp_path)
    Made(tui="a", task="p/void", outcome="infra_upstream").write(tmp_path)
    more = ("--runs", str(tmp_path), "--tasks", "40", "--attempts", "1")
    assert call("--from", "tui=a", *more).startswith("Measured in a × acme/coder-1: 3 tasks, 3 cells.\n")
    said = call("--from", "model=acme/*", *more)
    assert "Measured in 2 configurations together, as the mean at each task" in said and "Name one" in said
    assert "  a × acme/coder-1: 3 tasks, 3 cells\n  b\\x1b[2J × acme/coder-1: 1 task, 1 cell\n" in said
    assert [m["tasks"] for m in plans("--from", "model=acme/*", *more)["measured_in"]] == [3, 1]
    assert plans("--rate", "50%", "--tasks", "40", "--attempts", "1")["measured_in"] == []


def test_cells_that_are_not_there_are_named_with_the_nearest(tmp_path: Path) -> None:
    """As by `cab compare`: a slip of the hand, scripted models that were not asked for, the file of a CLI."""
    Made(tui="mini", task="p/t", model="scripted:oracle", marks=("scripted",)).write(tmp_path)
    for source, says in (
        ("tui=mni", "did you mean 'tui=mini'"),
        ("tui=mini", "scripted models are left out"),
        ("tui=./of-a-file.toml", "has the name that its file gives it"),
    ):
        with pytest.raises(UserError, match=says):
            call("--from", source, "--runs", str(tmp_path), "--margin", "10%")


def test_flips_that_the_rate_does_not_allow_are_cut_and_said(tmp_path: Path) -> None:
    """Each of two tasks was solved once in two attempts: it flips always, where half is the most."""
    for task in ("p/a", "p/b"):
        for attempt, outcome in enumerate(("passed", "failed"), 1):
            Made(tui="a", task=task, attempt=attempt, outcome=outcome).write(tmp_path)
    source = ("--from", "tui=a", "--runs", str(tmp_path), "--margin", "20%", "--attempts", "1")
    done = CliRunner().invoke(power.command, source, catch_exceptions=False)
    said = " ".join(done.stderr.split())
    assert "two attempts differed in 100.0%; at a rate of 50.0% it is 50.0% at most" in said
    assert "end differently in 50.0%." in " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("--difference", "10%"), "give --rate"),
        (("--rate", "60%"), "give --difference, --tasks, or both"),
        (("--rate", "95%", "--difference", "10%"), "make 105.0%"),
        (("--rate", "60%", "--difference", "10%", "--flip", "60%"), "differ in 48.0% at most"),
        (("--rate", "60%", "--margin", "5%", "--difference", "-5%"), "never to be found not worse"),
        (("--rate", "60%", "--difference", "0"), "nothing to see"),
        (("--from", "tui=x", "--runs", ".", "--tasks", "9"), "no cell in . is tui=x"),
        (("--from", "tiu=x", "--runs", ".", "--tasks", "9"), "did you mean 'tui'"),
    ],
)
def test_a_mistake_is_said(args: tuple[str, ...], says: str) -> None:
    """With what was expected."""
    with pytest.raises(UserError) as raised:
        call(*args)
    assert says in str(raised.value)


@pytest.mark.parametrize("rate", ["0", "1", "100%"])
def test_the_ends_are_rates_too(rate: str) -> None:
    """A side that solves nothing, or everything."""
    other = "30%" if rate == "0" else "-30%"
    [row] = plans("--rate", rate, "--difference", other, "--attempts", "1")["plans"]
    assert 20 <= row["tasks"] <= 30  # six that differ, in 80% of cases


def test_where_there_is_no_room_for_a_gain_it_is_a_loss() -> None:
    """A side that solves all: of twenty tasks a loss is seen that has six of them."""
    [row] = plans("--rate", "100%", "--tasks", "20", "--attempts", "1")["plans"]
    assert -0.45 < row["difference"] < -0.3


def test_what_nobody_can_see_is_said() -> None:
    """Not a number that stands for none."""
    assert "none" in call("--rate", "50%", "--tasks", "4", "--attempts", "1")
    assert "more than 100,000" in call("--rate", "50%", "--difference", "0.01%", "--attempts", "1")
