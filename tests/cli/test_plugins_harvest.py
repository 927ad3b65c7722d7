"""Reading again what a CLI left, without the CLI."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.conftest import Cab
from tests.declared.made import write
from tests.support.puppet import PRELUDE

TASK = "mutations/py-stock-reorder"
# It asks the model, and leaves its token in a file, a link out of HOME, a pipe and what is no text.
LEAVES = """
import os
call()
home = os.environ["HOME"]
open(home + "/words.txt", "w").write("last words, " + os.environ["TOKEN"])
open(home + "/data", "wb").write(bytes(range(256)))
open(home + "/" + os.environ["TOKEN"], "w").close()
os.symlink("/etc/passwd", home + "/out")
os.mkfifo(home + "/pipe")
"""
# Of two files one name is left without secrets, and a path is as long as one can be.
CLASHES = """
import os
call()
home = os.environ["HOME"]
os.mkdir(home + "/[token]")
open(home + "/[token]/x", "w").close()
open(home + "/" + os.environ["TOKEN"], "w").close()
os.chdir(home)
for n in range(40):
    os.mkdir("d" * 200)
    os.chdir("d" * 200)
    open("f" * 200, "w").close()
"""
LAUNCH = {
    "argv": ["python3", "{{ home }}/house.py"],
    "env": {"ENDPOINT": "{{ endpoint }}", "TOKEN": "{{ token }}", "MODEL": "{{ model }}"},
    "files": {"house.py": PRELUDE + LEAVES},
}
WORDS = {"message": "file:words.txt"}
RAISES = """
from cab_core import Registration, hookimpl
class House:
    name, default_version, protocols = "house", "1", ("openai-chat",)
    recipe = version_argv = launch = lambda *args: None
    def harvest(self, left):
        return left.nothing
@hookimpl
def cab_adapters():
    return [Registration(name="house", summary="s", factory=House)]
"""


@pytest.fixture
def kept(cab: Cab) -> Path:
    """A cell with what its CLI left."""
    write(cab.cwd / "house.toml", launch=LAUNCH, read=WORDS)
    words = ("--tui", "house.toml", "--model", "scripted:null", "--task", TASK)
    assert cab("run-cell", *words, "--keep-leftovers").returncode == 0
    [found] = (cab.cwd / "runs").rglob("leftovers")
    return found


def test_what_was_left_is_read_again(cab: Cab, kept: Path) -> None:
    """As it was, by the same file; by one that reads it otherwise the parts that differ are named."""
    done = cab("plugins", "harvest", "runs", "--tui", "house.toml")
    assert done.returncode == 0 and "last words, [token]" in done.stdout and "as in the cell" in done.stdout
    write(cab.cwd / "house.toml", launch=LAUNCH, read={**WORDS, "finished": "never printed"})
    done = cab("plugins", "harvest", "runs", "--tui", "house.toml")
    assert "another than in the cell: finished, failure" in done.stdout
    said = cab.json("plugins", "harvest", "runs", "--tui", "house.toml", "--json")
    assert said["differs"] == ["finished", "failure"] and said["harvest"]["finished"] is False


def test_no_secret_and_nothing_but_files_is_kept(cab: Cab, kept: Path) -> None:
    """The cell's token is replaced, in the job too; a link and a pipe are not there, bytes are as they were."""
    assert {p.name for p in (kept / "home").iterdir()} == {"house.py", "words.txt", "data", "[token]"}
    assert (kept / "home/data").read_bytes() == bytes(range(256))
    assert json.loads((kept / "job.json").read_text())["token"] == "[token]"
    assert not [p for p in kept.rglob("*") if p.is_file() and b"cab-" in p.read_bytes()]


def test_an_adapter_that_raises_is_told_with_its_line(cab: Cab, kept: Path) -> None:
    """Exit 1, and no traceback."""
    (cab.cwd / "mine.py").write_text(RAISES)
    done = cab("--plugin", "mine.py", "plugins", "harvest", "runs", "--tui", "house")
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "harvest() raised AttributeError" in done.stderr and "mine.py:7" in done.stderr


def test_what_was_not_kept_is_told(cab: Cab) -> None:
    """With the option that keeps it; and a CLI of a file must be named."""
    write(cab.cwd / "house.toml", launch=LAUNCH)
    words = ("--tui", "house.toml", "--model", "scripted:null", "--task", TASK)
    cab("run-cell", *words)
    done = cab("plugins", "harvest", "runs")
    assert done.returncode == 2 and "run it with --keep-leftovers" in done.stderr
    cab("run-cell", *words, "--keep-leftovers")
    done = cab("plugins", "harvest", "runs")
    assert done.returncode == 2 and "name it with --tui FILE" in done.stderr


def test_an_agent_cannot_void_its_cell_by_what_is_to_be_kept(cab: Cab) -> None:
    """A file that cannot be kept is left out, and counted; the verdict stands."""
    write(cab.cwd / "house.toml", launch={**LAUNCH, "files": {"house.py": PRELUDE + CLASHES}})
    cab("run-cell", "--tui", "house.toml", "--model", "scripted:null", "--task", TASK, "--keep-leftovers")
    [found] = (cab.cwd / "runs").rglob("cell.json")
    cell = json.loads(found.read_text())
    assert cell["outcome"] == "failed" and "left out, that cannot be read or kept" in cell["notes"][0]


def test_a_stranger_s_cell_is_read_nowhere_else(cab: Cab, kept: Path) -> None:
    """A HOME of leftovers that leads elsewhere, a log that is a pipe: a mistake, and nothing is read."""
    (kept / "home").rename(kept / "away")
    (kept / "home").symlink_to(Path.home())
    done = cab("plugins", "harvest", "runs", "--tui", "house.toml")
    assert done.returncode == 2 and "leads out of the cell" in done.stderr
    (kept / "home").unlink()
    (kept / "away").rename(kept / "home")
    (kept.parent / "stdout.log").unlink()
    os.mkfifo(kept.parent / "stdout.log")
    done = cab("plugins", "harvest", "runs", "--tui", "house.toml")
    assert done.returncode == 2 and "cannot be read" in done.stderr
