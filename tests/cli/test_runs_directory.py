"""A runs directory that is full or cannot be written to: one message, and nothing of Python's in it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cab_core.trace.spans import CellTrace
from tests.conftest import Cab
from tests.support.tiny import PLUGIN

TASK = "mutations/py-lru-cache"
ONE = ("--tui", "tiny", "--model", "scripted:null", "--task", TASK)
CELL = "local/tiny/scripted~3anull/mutations/py-lru-cache/@1-local-open"
# Not a byte is free afterwards, whatever is tried.
FILL = """
with open({path!r}, "wb", buffering=0) as file:
    for size in (65536, 4096, 1):
        try:
            while True: file.write(b"x" * size)
        except OSError: pass
"""


class Disk:
    """A small file system that is the runs directory."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def fill_script(self) -> str:
        """Return Python code that fills the disk."""
        return FILL.format(path=str(self.path / "fill"))

    def fill(self) -> None:
        """Leave no space."""
        subprocess.run(["python3", "-c", self.fill_script], check=True)

    def free(self) -> None:
        """Make space again."""
        (self.path / "fill").unlink()

    def lock(self) -> None:
        """Let nothing be written, by root neither."""
        subprocess.run(["mount", "-o", "remount,ro", str(self.path)], check=True)


@pytest.fixture
def disk(cab: Cab) -> Iterator[Disk]:
    """A disk of a megabyte at `runs`."""
    if os.geteuid() != 0:
        pytest.skip("only root mounts")
    runs = cab.cwd / "runs"
    runs.mkdir()
    argv = ["mount", "-t", "tmpfs", "-o", "size=1m", "test", str(runs)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"this machine lets nobody mount: {done.stderr.strip()}")
    yield Disk(runs)
    subprocess.run(["umount", "--lazy", str(runs)], check=True)


@pytest.fixture
def tiny(cab: Cab, distribution: Callable[..., str]) -> Cab:
    """The command `cab`, which knows the CLI `tiny`."""
    cab.find_plugins(distribution("cab-tiny", PLUGIN))
    return cab


def is_told(done: subprocess.CompletedProcess[str], says: str, code: int = 2) -> None:
    """Hold a run against what a user should see: an exit code, one message that names the cause."""
    assert (done.returncode, done.stderr.count("cab: ")) == (code, 1), done.stderr
    assert says in done.stderr and "runs" in done.stderr
    for word in ("Traceback", "Errno", "OSError", "Exception"):
        assert word not in done.stderr


# --- not writable


def test_a_fresh_runs_directory_that_cannot_be_written_to(tiny: Cab, disk: Disk) -> None:
    """On a read-only file system nothing is begun, and why is said."""
    disk.lock()
    done = tiny("run", *ONE)
    is_told(done, "cannot be written to: Read-only file system")
    assert "reading tasks" not in done.stderr and "install" not in done.stderr


@pytest.mark.parametrize("command", ["run", "run-cell"])
@pytest.mark.parametrize("runs", ["file", "file/below", "loop"])
def test_a_runs_directory_that_is_none(tiny: Cab, command: str, runs: str) -> None:
    """A file, a path below a file, a link to itself where the directory should be: said at once."""
    (tiny.cwd / "file").write_text("mine")
    (tiny.cwd / "loop").symlink_to("loop")
    is_told(tiny(command, *ONE, "--runs", runs), "cannot be written to")
    assert (tiny.cwd / "file").read_text() == "mine"


@pytest.mark.parametrize("command", ["run", "run-cell"])
def test_a_runs_directory_that_can_no_longer_be_written_to(tiny: Cab, disk: Disk, command: str) -> None:
    """A sweep that is there already, on a file system that became read-only: told as a fresh one is."""
    assert tiny("run", *ONE).returncode == 0
    disk.lock()
    is_told(tiny(command, *ONE), "Read-only file system")


def test_what_cannot_be_written_to_can_be_read(tiny: Cab, disk: Disk) -> None:
    """Results of a read-only runs directory are listed, and scored anew where that changes nothing."""
    assert tiny("run", *ONE).returncode == 0
    disk.lock()
    assert [row["task"] for row in tiny.json("results", "--json", "--scripted")] == [TASK]
    assert "1 cell scored, 0 changed" in tiny("rescore").stdout


def test_scores_that_cannot_be_written(tiny: Cab, disk: Disk) -> None:
    """Where rescoring changes something and may not write it, that is said."""
    assert tiny("run", *ONE).returncode == 0
    cell = disk.path / CELL / "1/1/cell.json"
    found = json.loads(cell.read_text())
    cell.write_text(json.dumps({**found, "scores": {}}))
    disk.lock()
    is_told(tiny("rescore"), "Read-only file system")


# --- full


@pytest.mark.parametrize("command", ["run", "run-cell"])
def test_a_disk_that_was_full_before(tiny: Cab, disk: Disk, command: str) -> None:
    """With not a byte free no cell is begun, and why is said."""
    disk.fill()
    is_told(tiny(command, *ONE), "No space left on device", code=1)


@pytest.mark.parametrize("command", ["run", "run-cell"])
@pytest.mark.parametrize("when", ["before its call", "after its call"])
def test_a_disk_that_becomes_full_under_a_cell(tiny: Cab, disk: Disk, command: str, when: str) -> None:
    """While the CLI runs the disk becomes full, for logs, calls and spans alike: one message says so."""
    parts = [disk.fill_script, "for _ in range(30): call()\nprint('x' * 100_000)"]
    script = "\n".join(parts if when == "before its call" else reversed(parts))
    is_told(tiny(command, *ONE, SCRIPT=script), "cannot be written: No space left on device", code=1)


def test_spans_for_which_there_is_no_room_trouble_nobody(
    disk: Disk, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Neither a span's end nor the end of its cell raises or logs anything: the runner tells it, once."""
    disk.fill()
    trace = CellTrace(disk.path / "spans.jsonl", "cell")
    with trace.span("container", "tiny:launch"):
        pass
    trace.close()
    assert (capfd.readouterr(), caplog.records) == (("", ""), [])


def test_a_cli_that_prints_more_than_there_is_room_for(tiny: Cab, disk: Disk) -> None:
    """Its own output fills the disk: told the same way."""
    script = "call()\nfor _ in range(64): print('x' * 65536)"
    done = tiny("run", *ONE, SCRIPT=script)
    is_told(done, "cannot be written: No space left on device", code=1)
    assert not list(disk.path.rglob("cell.json"))


def test_a_full_disk_ends_the_sweep(tiny: Cab, disk: Disk) -> None:
    """Of twelve cells, two at once, none is begun after the first that could not be written."""
    done = tiny("run", *ONE, "--attempts", "12", "-j", "2", SCRIPT=f"call()\n{disk.fill_script}")
    is_told(done, "cannot be written: No space left on device", code=1)
    assert len(list(disk.path.rglob("1.part"))) <= 2


def test_with_room_again_the_same_command_goes_on(tiny: Cab, disk: Disk) -> None:
    """The cell that could not be written is no result; it is run anew, and the one before it is kept."""
    assert tiny("run", *ONE).returncode == 0
    two = ("run", *ONE, "--attempts", "2")
    assert tiny(*two, SCRIPT=f"call()\n{disk.fill_script}").returncode == 1
    assert not list((disk.path / CELL / "2").rglob("cell.json"))
    disk.free()
    done = tiny(*two)
    assert (done.returncode, done.stderr.count("done before")) == (0, 1), done.stderr
    assert sorted(p.name for p in (disk.path / CELL / "2").iterdir()) == ["1.part", "2"]


def test_a_message_about_a_full_disk_is_an_event_too(tiny: Cab, disk: Disk) -> None:
    """With --json each line is whole; the last event has what the error behind it says."""
    done = tiny("run", *ONE, "--json", SCRIPT=f"call()\n{disk.fill_script}")
    *_, last, error = map(json.loads, done.stdout.splitlines())
    assert (last["event"], last["exit_code"]) == ("end", 1) and "cannot be written" in last["why"][0]
    assert (done.returncode, error["error"]["exit_code"]) == (1, 1) and "Traceback" not in done.stderr
