"""Scratch directories: given away, measured, found when their runner is dead, and gone at the end."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from cab_core.runtimes.scratch import (
    chown_tree,
    holds_more,
    is_full,
    plain_scratch,
    remove_scratch,
    sized_scratch,
    stale_scratch,
)
from cab_core.workdir.remove import remove_tree

UID = 54321
MIB = 1 << 20
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")


@contextmanager
def disk(path: Path, options: str) -> Iterator[Path]:
    """Mount a tmpfs; where we may not, the test is left out."""
    if os.geteuid() != 0:
        pytest.skip("only root mounts")
    path.mkdir()
    argv = ["mount", "-t", "tmpfs", "-o", options, "test", str(path)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"this machine lets nobody mount: {done.stderr.strip()}")
    try:
        yield path
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)


@pytest.fixture
def may_mount(tmp_path: Path) -> None:
    """Leave the test out where nothing can be mounted."""
    with disk(tmp_path / "probe", "size=64k"):
        pass


def mounted() -> list[str]:
    """Return where something is mounted."""
    return [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]


def fill(path: Path) -> int:
    """Write to a file until it cannot be; return the error's number."""
    with path.open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * 4096):
                pass
        except OSError as exc:
            return exc.errno or 0
    return 0


# --- own


@as_root
@pytest.mark.parametrize(("levels", "name"), [(60, "d" * 200), (2000, "d")], ids=["long path", "many levels"])
def test_a_tree_too_deep_for_python_is_given_to_its_last_file(tmp_path: Path, levels: int, name: str) -> None:
    """Below a path longer than PATH_MAX, and below more levels than Python recurses, all is given."""
    fd = os.open(tmp_path, os.O_RDONLY)
    try:
        for _ in range(levels):
            os.mkdir(name, dir_fd=fd)
            inner = os.open(name, os.O_RDONLY, dir_fd=fd)
            os.close(fd)
            fd = inner
        os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=fd))
        chown_tree([tmp_path], UID, UID + 1)
        for found in (os.fstat(fd), os.stat("file", dir_fd=fd)):
            assert (found.st_uid, found.st_gid) == (UID, UID + 1)
    finally:
        os.close(fd)
        remove_tree(tmp_path / name)


@as_root
def test_what_a_link_points_to_is_not_given_away(tmp_path: Path) -> None:
    """A link in the tree is given itself; the file and the directory that it leads to stay ours."""
    outside = tmp_path / "outside"
    (outside / "inner").mkdir(parents=True)
    (outside / "file").touch()
    given = tmp_path / "given"
    given.mkdir()
    (given / "to-file").symlink_to(outside / "file")
    (given / "to-directory").symlink_to(outside)
    chown_tree([given], UID, UID)
    assert {p.lstat().st_uid for p in given.iterdir()} == {UID}
    assert {p.stat().st_uid for p in (outside, *outside.iterdir())} == {0}


@as_root
def test_a_link_in_place_of_the_directory_is_not_followed(tmp_path: Path) -> None:
    """Where the agent put a link in the place of its directory, what it leads to stays ours."""
    (tmp_path / "outside" / "inner").mkdir(parents=True)
    (tmp_path / "work").symlink_to(tmp_path / "outside")
    chown_tree([tmp_path / "work"], UID, UID)
    assert (tmp_path / "work").lstat().st_uid == UID
    assert {(tmp_path / p).stat().st_uid for p in ("outside", "outside/inner")} == {0}


@as_root
def test_several_directories_are_given_at_once(tmp_path: Path) -> None:
    """Every directory that is named is given, also after one that is not there."""
    for name in ("a", "c"):
        (tmp_path / name).mkdir()
    chown_tree([tmp_path / "a", tmp_path / "b", tmp_path / "c"], UID, UID)
    assert {p.stat().st_uid for p in tmp_path.iterdir()} == {UID}


# --- holds_more, is_full


def test_blocks_are_counted_not_holes(tmp_path: Path) -> None:
    """A file that claims a terabyte and holds a byte does not count as a terabyte."""
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(1 << 40)
        file.write(b"x")
    assert not holds_more(tmp_path, MIB)


def test_what_lies_below_is_counted(tmp_path: Path) -> None:
    """Two megabytes in a directory below are more than one, and not more than four."""
    (tmp_path / "below").mkdir()
    with (tmp_path / "below" / "file").open("wb") as file:
        file.write(os.urandom(2 * MIB))
        file.flush()
        os.fsync(file.fileno())
    assert (holds_more(tmp_path, MIB), holds_more(tmp_path, 4 * MIB)) == (True, False)


def test_a_directory_that_is_gone_holds_nothing(tmp_path: Path) -> None:
    """What the agent removed holds no more than anything."""
    assert not holds_more(tmp_path / "gone", 0)


def test_a_disk_without_a_free_block_is_full(tmp_path: Path) -> None:
    """It is full when not a byte can be written any more, and was not before."""
    with disk(tmp_path / "disk", "size=64k") as path:
        before = is_full(path)
        assert fill(path / "file") == errno.ENOSPC
        assert (before, is_full(path)) == (False, True)


def test_a_disk_without_a_free_inode_is_full(tmp_path: Path) -> None:
    """It is full when no file can be made any more, however many bytes are free."""
    with disk(tmp_path / "disk", "size=64k,nr_inodes=3") as path:
        (path / "a").touch()
        before = is_full(path)
        (path / "b").touch()
        assert (before, is_full(path)) == (False, True)
        assert shutil.disk_usage(path).free > 0


# --- stale_scratch, remove_scratch

RUNNER = """
import sys
from cab_core.runtimes.scratch import plain_scratch, sized_scratch
with (sized_scratch(1 << 20) if sys.argv[1] == "sized" else plain_scratch()) as sandbox:
    print(sandbox, flush=True)
    sys.stdin.read()
"""
Start = Callable[[str], tuple[subprocess.Popen[str], Path]]


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A place for temporary files that is this test's own; nothing stays mounted there."""
    path = tmp_path / "temporary"
    path.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(path))
    yield path
    for place in mounted():
        if Path(place).is_relative_to(path):
            subprocess.run(["umount", "--lazy", place], check=True)


@pytest.fixture
def start(temporary: Path) -> Iterator[Start]:
    """Start a runner that holds a scratch directory; returns it and the directory."""
    runners: list[subprocess.Popen[str]] = []

    def begin(kind: str) -> tuple[subprocess.Popen[str], Path]:
        env = {**os.environ, "TMPDIR": str(temporary)}
        argv = [sys.executable, "-c", RUNNER, kind]
        runner = subprocess.Popen(argv, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        runners.append(runner)
        assert runner.stdout is not None
        return runner, Path(runner.stdout.readline().strip()).parent

    yield begin
    for runner in runners:
        runner.communicate()


def kill(runner: subprocess.Popen[str]) -> None:
    """End a runner as kill -9 does, and wait until it is gone."""
    runner.kill()
    runner.wait()


def test_exactly_the_directories_of_dead_runners_are_found(start: Start, temporary: Path) -> None:
    """Of a killed runner, a living one, this process and strangers, the killed one's alone is found."""
    killed, left = start("plain")
    start("plain")
    for name, owner in (("cab-stranger", "other"), ("stranger", ".lease")):
        (temporary / name).mkdir()
        (temporary / name / owner).write_text("1:1")
    with plain_scratch():
        assert stale_scratch() == []
        kill(killed)
        assert stale_scratch() == [left]


def test_what_a_dead_runner_left_is_removed_and_nothing_else(start: Start, temporary: Path) -> None:
    """Its directory goes, counted as one, with all that is in it; the living one's is untouched."""
    killed, left = start("plain")
    _, living = start("plain")
    (left / "sandbox" / "below").mkdir()
    (left / "sandbox" / "below").chmod(0)
    kill(killed)
    assert remove_scratch(stale_scratch()) == []
    assert list(temporary.iterdir()) == [living]


@pytest.mark.usefixtures("may_mount")
def test_what_a_dead_runner_had_mounted_is_unmounted(start: Start, temporary: Path) -> None:
    """Of a runner that was killed with a sandbox of a fixed size, neither mount nor directory is left."""
    killed, left = start("sized")
    kill(killed)
    assert str(left / "sandbox") in mounted()
    assert remove_scratch(stale_scratch()) == []
    assert str(left / "sandbox") not in mounted() and list(temporary.iterdir()) == []


def test_a_mount_that_a_link_leads_to_is_left_alone(tmp_path: Path, temporary: Path) -> None:
    """A directory that somebody made look like a dead runner's, its sandbox a link, unmounts nothing."""
    with disk(tmp_path / "theirs", "size=64k") as theirs:
        (temporary / "cab-forged").mkdir()
        (temporary / "cab-forged" / ".lease").write_text("1:1")
        (temporary / "cab-forged" / "sandbox").symlink_to(theirs)
        remove_scratch(stale_scratch())
        still = str(theirs) in mounted()
        if not still:
            subprocess.run(["mount", "-t", "tmpfs", "test", str(theirs)], check=True)
        assert still


# --- plain_scratch, sized_scratch


def test_a_plain_room_goes_with_all_that_is_in_it(temporary: Path) -> None:
    """At the end nothing is left, also where the agent locked a directory or the runner failed."""
    with pytest.raises(ZeroDivisionError), plain_scratch() as sandbox:
        (sandbox / "locked" / "below").mkdir(parents=True)
        (sandbox / "locked").chmod(0)
        raise ZeroDivisionError
    assert list(temporary.iterdir()) == []


@pytest.mark.usefixtures("temporary")
@pytest.mark.parametrize("make", [plain_scratch, lambda: sized_scratch(MIB)], ids=["plain", "sized"])
def test_a_sandbox_can_be_passed_under_every_umask(make: Callable[[], AbstractContextManager[Path]]) -> None:
    """Users inside are others than the runner; what keeps others of this machine out is the directory above."""
    before = os.umask(0o077)
    try:
        with make() as sandbox:
            modes = [p.stat().st_mode & 0o777 for p in (sandbox.parent, sandbox)]
    finally:
        os.umask(before)
    assert modes == [0o700, 0o755]


@pytest.mark.usefixtures("may_mount", "temporary")
def test_a_sized_room_holds_so_much_and_no_more() -> None:
    """Its size is the one that was asked for; a byte more is refused, and it is then full."""
    with sized_scratch(MIB) as sandbox:
        found = os.statvfs(sandbox)
        assert found.f_blocks * found.f_frsize == MIB
        assert fill(sandbox / "file") == errno.ENOSPC
        assert (sandbox / "file").stat().st_size == MIB and is_full(sandbox)


@pytest.mark.usefixtures("may_mount", "temporary")
def test_a_sized_room_has_no_devices_and_no_setuid() -> None:
    """A device or a setuid program that an agent makes there is worth nothing."""
    with sized_scratch(MIB) as sandbox:
        flags = os.statvfs(sandbox).f_flag
        assert flags & os.ST_NODEV and flags & os.ST_NOSUID


@pytest.mark.usefixtures("may_mount")
def test_a_sized_room_is_unmounted_although_a_file_is_open(temporary: Path) -> None:
    """At the end neither mount nor directory is left, whoever still holds a file there."""
    with sized_scratch(MIB) as sandbox:
        assert str(sandbox) in mounted()
        held = (sandbox / "held").open("w")
    with held:
        assert str(sandbox) not in mounted() and list(temporary.iterdir()) == []


def test_where_we_may_not_mount_a_room_is_plain(tmp_path: Path) -> None:
    """A user who is not root has a sandbox without a mount, and it goes like any other."""
    code = """
import os
from cab_core.runtimes.scratch import sized_scratch
if os.geteuid() == 0:
    os.setuid(54321)
with sized_scratch(1 << 20) as sandbox:
    (sandbox / "file").write_text("x")
    print(os.path.ismount(sandbox), os.statvfs(sandbox).f_blocks == os.statvfs(sandbox.parent).f_blocks)
print(sandbox.parent.exists())
"""
    with tempfile.TemporaryDirectory(dir="/tmp") as place:  # tmp_path is closed to others
        Path(place).chmod(0o777)
        env = {**os.environ, "TMPDIR": place}
        done = subprocess.run(
            [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
        )
    assert done.stdout.split() == ["False", "True", "False"], done.stderr


def test_what_another_user_made_is_left_alone(temporary: Path) -> None:
    """In a place for all, who owns a directory may exchange it for a link while it is looked at."""
    (temporary / "cab-other123").mkdir()
    (temporary / "cab-other123" / ".lease").touch()
    assert stale_scratch() == [temporary / "cab-other123"]
    os.chown(temporary / "cab-other123", 4321, 4321)
    assert stale_scratch() == []
    (temporary / "cab-linked12").symlink_to(temporary)
    assert stale_scratch() == []


def test_a_directory_that_never_had_a_lease_is_found_once_it_is_old(temporary: Path) -> None:
    """Killed between its making and its lease: empty, and older than any that still waits for one."""
    (temporary / "cab-young123").mkdir()
    (temporary / "cab-old12345").mkdir()
    os.utime(temporary / "cab-old12345", (1, 1))
    (temporary / "cab-full1234").mkdir()
    (temporary / "cab-full1234" / "file").touch()
    os.utime(temporary / "cab-full1234", (1, 1))
    assert stale_scratch() == [temporary / "cab-old12345"]


def test_what_could_not_be_removed_is_found_again(temporary: Path) -> None:
    """Its lease stays as long as it does: `cab clean` finds it, says what hinders it, and removes it when it can."""
    with plain_scratch() as sandbox:
        (sandbox / "stays").touch()
        subprocess.run(["chattr", "+i", str(sandbox / "stays")], check=True)
    try:
        assert stale_scratch() == [sandbox.parent]
        [said] = remove_scratch(stale_scratch())
        assert said == f"{sandbox.parent} could not be removed: something in it cannot be removed"
        assert stale_scratch() == [sandbox.parent]
    finally:
        subprocess.run(["chattr", "-i", str(sandbox / "stays")], check=True)
    assert remove_scratch(stale_scratch()) == [] and list(temporary.iterdir()) == []
