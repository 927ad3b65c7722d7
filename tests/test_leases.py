"""Leases: held as long as their holder lives, seen across spaces of process ids."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cab_core import leases
from cab_core.leases import Lease, LeaseHeld, in_use, is_alive, is_held, read_holder
from cab_core.processes import host_id, runner_id

HOLD = """
import sys
from pathlib import Path
from cab_core.leases import Lease, process_lease
lease = Lease(Path(sys.argv[1])) if len(sys.argv) > 1 else process_lease()
lease.use("image sha256:abc", "path /cache/cli")
print(lease.path, flush=True)
sys.stdin.read()
"""
ASK = "import sys; from pathlib import Path; from cab_core.leases import is_held; print(is_held(Path(sys.argv[1])))"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of this test's own."""
    monkeypatch.setenv("CAB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that holds `tmp_path/lease`."""
    yield from _hold(str(tmp_path / "lease"))


@pytest.fixture
def runner() -> Iterator[subprocess.Popen[str]]:
    """A process that has taken its own lease."""
    yield from _hold()


def _hold(*args: str) -> Iterator[subprocess.Popen[str]]:
    argv = [sys.executable, "-c", HOLD, *args]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


def end(process: subprocess.Popen[str]) -> None:
    """End a process as kill -9 does."""
    process.kill()
    process.wait()


def test_a_lease_is_held_until_its_holder_is_killed(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    """The kernel gives it up, whatever ended the process; then somebody else may have it."""
    assert is_held(tmp_path / "lease")
    end(holder)
    assert not is_held(tmp_path / "lease")
    Lease(tmp_path / "lease").release()


def test_a_second_holder_is_told_who_has_it(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    """The error names the process, and nothing that the file says is cut off by the attempt."""
    with pytest.raises(LeaseHeld, match=f"process {holder.pid} on "):
        Lease(tmp_path / "lease")
    found = read_holder(tmp_path / "lease")
    assert found is not None and found.pid == holder.pid


def test_a_holder_is_seen_from_another_space_of_process_ids(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    """There its pid means nothing, or another process has it; the lock is the kernel's."""
    argv = ["unshare", "--pid", "--fork", "--mount-proc", sys.executable, "-c", ASK, str(tmp_path / "lease")]
    assert subprocess.run(argv, capture_output=True, text=True, check=True).stdout == "True\n"


def test_a_lease_in_the_same_process_is_held_too(tmp_path: Path) -> None:
    """Who cleans does not take what its own process uses."""
    lease = Lease(tmp_path / "lease")
    assert is_held(tmp_path / "lease")
    lease.release(keep=True)
    assert not is_held(tmp_path / "lease") and (tmp_path / "lease").exists()


def test_nothing_is_a_lease_that_is_not_there(tmp_path: Path) -> None:
    """A file that is missing is held by nobody; one that cannot be looked into counts as held."""
    assert not is_held(tmp_path / "missing")
    (tmp_path / "link").symlink_to("missing")
    assert is_held(tmp_path / "link")


def test_a_lease_is_not_made_through_a_link(tmp_path: Path) -> None:
    """What a link leads to is neither locked nor cut off."""
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "lease").symlink_to("mine")
    with pytest.raises(OSError, match="lease"):
        Lease(tmp_path / "lease")
    assert (tmp_path / "mine").read_text() == "mine"


def test_what_a_living_process_uses_is_known(runner: subprocess.Popen[str], cache: Path) -> None:
    """Each thing that it named; when it is killed, nothing is in use, and its lease goes."""
    assert in_use() == {"image sha256:abc", "path /cache/cli"}
    end(runner)
    assert in_use() == set()
    assert list((cache / "leases").iterdir()) == []


def test_a_line_that_is_being_written_is_not_read(runner: subprocess.Popen[str], cache: Path) -> None:
    """A reader may come between two halves of a line: the first half is no thing."""
    [path] = (cache / "leases").glob("*.lease")
    with path.open("a") as file:
        file.write("image sha256:half")
    assert "image sha256:half" not in in_use()


def test_a_pid_that_was_used_again_is_a_dead_runner() -> None:
    """A process that has the runner's number but began at another time is not the runner."""
    assert is_alive(host_id(), runner_id(), None) is True
    assert is_alive(host_id(), f"{os.getpid()}:1", None) is False
    assert is_alive(host_id(), "nonsense", None) is False


def test_of_a_runner_elsewhere_nothing_is_known() -> None:
    """Its pid may be anybody's here: neither alive nor dead."""
    assert is_alive("another machine", f"{os.getpid()}:1", None) is None
    assert is_alive("another machine", f"{os.getpid()}:1", "/no/such/lease") is None


def test_a_lease_says_more_than_a_host(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    """A runner in a container has another host's name; its lease, where it can be seen, tells whether it lives."""
    assert is_alive("another machine", "1:1", str(tmp_path / "lease")) is True
    end(holder)
    assert is_alive("another machine", "1:1", str(tmp_path / "lease")) is False


def test_without_locks_the_process_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a file system has no locks, the holder's pid and start decide."""
    lease = Lease(tmp_path / "lease")

    def none(*_: object) -> None:
        raise OSError(leases.errno.ENOLCK, "no locks")

    monkeypatch.setattr(leases.fcntl, "flock", none)
    assert is_held(tmp_path / "lease")
    monkeypatch.setattr("cab_core.processes.start_time", lambda _: None)
    assert not is_held(tmp_path / "lease")
    lease.release()


@pytest.mark.timeout(20)
def test_a_lease_is_a_regular_file(tmp_path: Path) -> None:
    """A pipe or a directory in its place is told, and nobody waits for a writer."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="regular file"):
        Lease(tmp_path / "pipe")
    assert read_holder(tmp_path / "pipe") is None and not is_held(tmp_path / "pipe")


def test_a_lease_is_closed_to_others(tmp_path: Path) -> None:
    """Who may read a file may lock it, and keep its owner out."""
    before = os.umask(0)
    lease = Lease(tmp_path / "lease")
    os.umask(before)
    assert (tmp_path / "lease").stat().st_mode & 0o777 == 0o600
    lease.release()


def test_where_locks_are_not_shared_the_file_is_believed(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    """Two mounts of one directory know nothing of each other's locks: the holder that is named lives."""
    shutil.copy(tmp_path / "lease", tmp_path / "other")  # the same text behind a lock of its own
    with pytest.raises(LeaseHeld, match=f"process {holder.pid} on "):
        Lease(tmp_path / "other")
    end(holder)
    Lease(tmp_path / "other").release()


def test_a_lease_that_was_given_up_names_nobody(tmp_path: Path) -> None:
    """Its holder may live on and do something else."""
    Lease(tmp_path / "lease").release(keep=True)
    assert read_holder(tmp_path / "lease") is None
