"""The command that goes on is the one that was given."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.cli import root
from cab_core.cli.again import command_again, program
from cab_core.cli.run import command

WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1).filter(
    lambda t: t[0] != "-"
)
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "--tui": st.lists(WORDS, min_size=1, max_size=3),
        "--model": st.lists(WORDS, min_size=1, max_size=2),
        "--task": st.lists(WORDS, min_size=1, max_size=2),
        "--option": st.lists(WORDS, min_size=1, max_size=2),
        "--model-param": st.lists(WORDS, min_size=1, max_size=2),
        "--stack": st.lists(WORDS, min_size=1, max_size=2),
        "--runs": st.tuples(WORDS),
        "--endpoint": st.tuples(WORDS),
        "--key-env": st.tuples(WORDS),
        "--wall": st.tuples(st.floats(0.001, 1e9).map(str)),
        "--max-usd": st.tuples(st.floats(0.001, 1e9).map(str)),
        "--max-tokens": st.tuples(st.integers(1, 10**12).map(str)),
        "--max-calls": st.tuples(st.integers(1, 10**9).map(str)),
        "-j": st.tuples(st.integers(1, 99).map(str)),
    },
)


def parsed(args: list[str], *before: str) -> click.Context:
    """Return the context of `cab BEFORE run ARGS`."""
    parent = root().make_context("cab", [*before, "run"])
    return command.make_context("run", list(args), parent=parent)


@given(OPTIONS, st.none() | WORDS, st.booleans())
def test_every_option_is_in_it(options: dict[str, Any], sweep_file: str | None, keep_going: bool) -> None:
    """Whatever the values are: what is printed is read as the same."""
    args = [word for name, values in options.items() for value in values for word in (name, value)]
    context = parsed([*args, *["--keep-going"] * keep_going, *([sweep_file] if sweep_file else [])])
    name, run, *again = shlex.split(command_again(context))
    assert (name, run) == ("cab", "run")
    before, after = context.params, parsed(again).params
    assert {k: v for k, v in after.items() if k not in ("wall", "max_usd")} == {
        k: v for k, v in before.items() if k not in ("wall", "max_usd")
    }
    assert [after[n] for n in ("wall", "max_usd")] == [
        before[n] and pytest.approx(before[n], rel=1e-14) for n in ("wall", "max_usd")
    ]


def test_no_key_is_in_it() -> None:
    """A log keeps what is printed: the key is to be filled in, as a variable of the command."""
    said = command_again(parsed(["--tui", "a", "--key", "sk-secret", "--model", "m"]))
    assert said == "CAB_KEY=YOUR_KEY cab run --tui a --model m"


def test_it_does_not_begin_again() -> None:
    """With --fresh it would run what is done."""
    assert command_again(parsed(["--fresh", "--tui", "a"])) == "cab run --tui a"


def test_plugins_that_were_left_out_stay_so() -> None:
    """Options before the command."""
    context = parsed(["--tui", "a"], "-p", "no:x", "--plugin", "my own.py", "-p", "no:dist:y")
    assert command_again(context) == "cab -p no:x -p no:dist:y --plugin 'my own.py' run --tui a"


def test_a_command_that_is_not_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is called as it was; by its name alone where a shell finds the same."""
    called = tmp_path / "my venv/cab"
    called.parent.mkdir()
    called.write_text("#!/bin/sh\n")
    called.chmod(0o755)
    monkeypatch.setattr(sys, "argv", [str(called)])
    assert program() == str(called)
    assert command_again(parsed(["--tui", "a"])).startswith(f"'{called}' run")
    monkeypatch.setenv("PATH", str(called.parent))
    assert program() == "cab"
    assert subprocess.run([program()], check=True).returncode == 0
