"""Each fault of an object is found without a run, and told in one sentence with its plugin and its author's line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from cab_core import Registration
from cab_core.checks.rows import faults_of, notes_of
from cab_core.records import Instructions
from cab_core.testing import Registry
from tests.checks import faulty

FILE = Path(faulty.__file__)
LINES = FILE.read_text().splitlines()
# class -> what is said of it
ADAPTERS = {
    faulty.Reads: "launch(), given a prompt that begins with a dash, raised ValueError",
    faulty.Path_: "expected paths relative to HOME that stay below it",
    faulty.OnArgv: "launch(), given a context of 1 tokens, puts the token into argv[2]",
    faulty.Spelled: "puts the token into argv[3], which every process can read",
    faulty.Variables: "launch() hands on a variable of the runner",
    faulty.Estimates: "harvest(), given output that was cut off, claims 16 prompt and 1 completion tokens",
    faulty.Killed: "given output that was cut off, says that a CLI finished which was killed",
    faulty.LongArgv: "launch(), given a prompt of 300,000 characters, returned Launch in which argv[1] is one",
    faulty.Random: "launch() gives another `env` the second time; expected the same",
    faulty.Changing: "launch() changes the job that it was given",
    faulty.Option: "launch(), given the option effort='high', raised KeyError: 'high'",
    faulty.Writes: "writes 'work/config.json' itself; expected it among the files of its Launch",
    faulty.Protocol_: "speaks 'no-such-protocol', which no plugin offers; expected one of anthropic-messages",
    faulty.Parses: "harvest() raised IndexError",
    faulty.Counts: "harvest(), given no output and the exit code None, claims 0 prompt and 0 completion tokens",
    faulty.Optimist: "given no output and the exit code None, says that the CLI finished",
    faulty.Empty: "harvest(), given no output and the exit code None, has a final message; expected None",
    faulty.Renders: "render(), given a line of output with NULs and lone surrogates, raised IndexError",
    faulty.Endless: "its dialect: edit(), given one file, has not done after 50 replies",
    faulty.Strict: "edit(), given a request without messages, raised IndexError",
}
SCORERS = {
    faulty.Zero: "score(), given nothing known of a cell that ended as cancelled, has the headline 0; expected None",
    faulty.Assumes: "score() raised AttributeError: 'NoneType' object has no attribute 'commands'",
    faulty.Keys: "has other keys than else: cancelled, infra_image; expected all of them always",
    faulty.Head: "has the headline 0.25, which none of its values is",
    faulty.Memory: "gives another score the second time",
    faulty.Vandal: "changes what it was given",
    faulty.Day: "in another process, at another time, on a machine of another name; expected the same",
    faulty.Order: "score(), given a cell of many calls and changes, gives",
    faulty.OfMachine: "in another process, at another time, on a machine of another name; expected the same",
    faulty.OfFile: "reads /etc/passwd; expected the figures to come from the evidence alone",
    faulty.Starts: "starts a process; expected the figures to come from the evidence alone",
    faulty.Connects: "uses the network; expected the figures to come from the evidence alone",
    faulty.Units: "gives its headline the units 'ms' and 's'; expected one unit always",
    faulty.Stages: "given everything known of a cell but `execution`, raised AttributeError",
}
OTHERS = {
    ("task_format", "format", faulty.Greedy): "recognises() says yes to an empty directory; expected no",
    ("task_format", "format", faulty.Trusting): "load(), given files that hold nothing, raised ValueError",
    ("task_format", "format", faulty.Above): "reads /etc/passwd; expected it to read below that directory alone",
    ("executor", "executor", faulty.Again): "does s/t/m/p/0 more than once; expected each cell once",
    ("executor", "executor", faulty.GoesOn): "map(), given a run that is to end, does 5 more cells",
    ("executor", "executor", faulty.Executor): "map() raised NotImplementedError",
    ("executor", "executor", faulty.Twice): "yields 12 results; expected each cell's once",
    ("executor", "executor", faulty.Swallows): "map() keeps what the work raises to itself, and yields 0 results",
    ("executor", "executor", faulty.AllAtOnce): "at once; expected 1 at most",
    ("runtime", "place", faulty.Relative): "inside() returns 'work'; expected an absolute path",
    ("runtime", "place", faulty.Leaves): "scratch() leaves its directory behind",
    ("runtime", "place", faulty.Same): "scratch() gives what is no empty directory",
}  # fmt: skip
PROTOCOLS = "cab_core.gateway.plugin"


def checked(kind: Any, name: str, factory: Any, *beside: str) -> list[str]:
    """Return the faults of an object."""
    registry = Registry().add(*beside).offer(kind, Registration(name=name, summary="s", factory=factory))
    [faults] = faults_of(registry, [registry.owner(kind, name)], thorough=True)
    return faults


def hold(faults: list[str], cls: type, said: str) -> None:
    """Hold the first fault against what must be said, with a line of the class that is marked."""
    assert len(faults) in (1, 2, 3) and said in faults[0], faults
    [first] = [n for n, line in enumerate(LINES, 1) if line.startswith(f"class {cls.__name__}(")] or [
        n for n, line in enumerate(LINES, 1) if line.startswith(f"class {cls.__name__}:")
    ]
    marked = next(n for n, line in enumerate(LINES, 1) if n >= first and "FAULT" in line)
    found = re.search(rf"\(at {re.escape(str(FILE))}:(\d+)\)$", faults[0])
    assert faults[0].startswith("plugin test:test: ") and found, faults[0]
    assert int(found[1]) in (marked, marked + 1, first), faults[0]


@pytest.mark.parametrize("cls", ADAPTERS, ids=lambda cls: cls.__name__)
def test_of_an_adapter(cls: type) -> None:
    """By what it launches and what it makes of leftovers."""
    hold(checked("adapter", "script", cls, PROTOCOLS), cls, ADAPTERS[cls])


@pytest.mark.parametrize("cls", SCORERS, ids=lambda cls: cls.__name__)
def test_of_a_scorer(cls: type) -> None:
    """By what it makes of canned evidence."""
    hold(checked("scorer", "axis", cls), cls, SCORERS[cls])


@pytest.mark.parametrize("case", OTHERS, ids=lambda case: case[2].__name__)
def test_of_what_is_neither(case: tuple[str, str, type]) -> None:
    """Formats, executors and runtimes."""
    kind, name, cls = case
    hold(checked(kind, name, cls), cls, OTHERS[case])


def test_nothing_is_said_of_what_is_well() -> None:
    """Of the classes from which the faulty ones are made."""
    assert checked("adapter", "script", faulty.Well, PROTOCOLS) == []
    assert checked("scorer", "axis", faulty.Axis) == []
    assert checked("runtime", "place", faulty.Place) == []


def test_of_a_pack(tmp_path: Path) -> None:
    """A task without a reference, and one that cannot be read, each by its name."""
    files = {
        "pack.toml": 'schema_version = 1\nname = "mine"\nversion = "1"\ntitle = "t"\n',
        "bare/task.toml": 'schema_version = 1\ntitle = "t"\nprompt = "p"\n[grade]\n[[grade.commands]]\nargv = ["true"]\n',
        "bare/workdir/a": "",
        "broken/task.toml": "title = 5",
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    faults = checked("task_pack", "mine", lambda: tmp_path, "cab_core.tasks.plugin")
    assert any("task mine/bare: has no reference; expected one" in fault for fault in faults), faults
    assert any("broken" in fault and "test_faults.py:" in fault for fault in faults), faults


def test_of_a_stack_it_is_said_where_its_programs_are_looked_for() -> None:
    """That is no fault: whether it is there, the image alone can tell."""
    registry = Registry().offer(
        "stack", Registration(name="s", summary="s", factory=lambda: (faulty.SERVER,))
    )
    [row] = registry.rows
    [note] = notes_of(registry, row)
    assert note == (
        "mcp:probe: 'no-such-server' is looked for on the sandbox's PATH, since the item has no recipe; "
        "this machine has none"
    )
    assert faults_of(registry, [row], thorough=True) == [[]]


def test_a_stack_that_is_another_each_time_is_no_stack() -> None:
    """What a cell records of it would not be what the next one has."""
    made = iter(Instructions(name=f"n{n}", text="x") for n in range(9))
    [fault] = checked("stack", "s", lambda: (next(made),))
    assert "its factory makes other items the second time; expected the same" in fault
