"""Directories as archives: what goes comes back, and a hostile one writes nothing outside."""

from __future__ import annotations

import io
import os
import stat
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cab_core.errors import SandboxError
from cab_core.runtimes.docker.remote.archive import TooMuch, pack, unpack, unpack_one
from cab_core.workdir.manifest import take_manifest
from cab_core.workdir.remove import remove_tree

Member = tuple[str, bytes, str, bytes]  # name, type, link's target, content


def archive(*members: Member, mode: int = 0o644) -> bytes:
    """Return a tar archive of just these members."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as tar:
        for name, kind, target, content in members:
            info = tarfile.TarInfo(name)
            info.type, info.linkname, info.size, info.mode = kind, target, len(content), mode
            tar.addfile(info, io.BytesIO(content))
    return data.getvalue()


ROOT: Member = ("work", tarfile.DIRTYPE, "", b"")


def listing(root: Path) -> list[str]:
    """Return the paths below a directory."""
    return sorted(str(p.relative_to(root)) for p in root.rglob("*"))


@pytest.fixture
def into(tmp_path: Path) -> Path:
    """An empty directory with something beside it."""
    (tmp_path / "beside").write_text("untouched")
    (tmp_path / "into").mkdir()
    return tmp_path / "into"


def test_what_goes_comes_back(tmp_path: Path, into: Path) -> None:
    """Files, modes, links, odd names, empty and locked directories are the same after the way there and back."""
    work = tmp_path / "work"
    (work / "a" / "empty").mkdir(parents=True)
    (work / "a" / "run.sh").write_text("#!/bin/sh\n")
    (work / "a" / "run.sh").chmod(0o755)
    (work / "to-nowhere").symlink_to("/etc/none")
    (work / "naïve \n name").write_bytes(bytes(range(256)))
    Path(os.fsdecode(os.fsencode(work) + b"/no-utf8-\xff")).write_text("x")
    os.link(work / "a" / "run.sh", work / "second")
    (work / "locked").mkdir()
    (work / "locked" / "inside").write_text("y")
    (work / "locked").chmod(0o500)
    with pack({work: "/home/work"}, 1000, 1000) as file:
        # As the engine gives it: below the directory's own name.
        unpack(renamed(file.read()), into, 1 << 20)
    without_times = [
        {p: (e.type, e.mode, e.size, e.sha256, e.target) for p, e in take_manifest(d).entries.items()}
        for d in (work, into)
    ]
    assert without_times[0] == without_times[1] and len(without_times[0]) == 9


def test_the_umask_changes_no_mode(into: Path) -> None:
    """What comes back has the modes that it had there: directories, files, pipes."""
    kinds = {"d": tarfile.DIRTYPE, "f": tarfile.REGTYPE, "p": tarfile.FIFOTYPE}
    members = [(f"work/{name}", kind, "", b"") for name, kind in kinds.items()]
    before = os.umask(0o077)
    try:
        unpack([archive(ROOT, *members, mode=0o775)], into, 1 << 20)
    finally:
        os.umask(before)
    assert {p.name: p.stat().st_mode & 0o777 for p in (into, *into.iterdir())} == dict.fromkeys(
        ["into", *kinds], 0o775
    )


def renamed(data: bytes) -> Iterator[bytes]:
    """Yield an archive without the first directory of each name, in small pieces."""
    out = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(data)) as source, tarfile.open(fileobj=out, mode="w") as target:
        for member in source:
            content = source.extractfile(member) if member.isreg() else None
            member.name, member.pax_headers = member.name.removeprefix("home/"), {}
            member.linkname = member.linkname.removeprefix("home/") if member.islnk() else member.linkname
            target.addfile(member, content)
    for start in range(0, len(out.getvalue()), 777):
        yield out.getvalue()[start : start + 777]


def test_packed_files_belong_to_the_user_inside(tmp_path: Path) -> None:
    """Whoever owns them here, the archive names one user, and no name of an account."""
    (tmp_path / "f").write_text("x")
    with pack({tmp_path: "/work"}, 1000, 1000) as file, tarfile.open(fileobj=file) as tar:
        assert {(m.uid, m.gid, m.uname, m.gname) for m in tar} == {(1000, 1000, "", "")}


@pytest.mark.parametrize(
    "members",
    [
        [("work/../beside", tarfile.REGTYPE, "", b"x")],
        [("/work/../../beside", tarfile.REGTYPE, "", b"x")],
        [("work/up", tarfile.SYMTYPE, "..", b""), ("work/up/beside", tarfile.REGTYPE, "", b"x")],
        [("work/l", tarfile.SYMTYPE, "../beside", b""), ("work/l", tarfile.REGTYPE, "", b"x")],
        [("work/up", tarfile.SYMTYPE, "..", b""), ("work/up", tarfile.DIRTYPE, "", b""),
         ("work/up/beside", tarfile.REGTYPE, "", b"x")],
        [("work/h", tarfile.LNKTYPE, "work/../beside", b""), ("work/h", tarfile.REGTYPE, "", b"x")],
        [("work/h", tarfile.LNKTYPE, "../beside", b"")],
        [("work/up", tarfile.SYMTYPE, "..", b""), ("work/h", tarfile.LNKTYPE, "work/up/beside", b"")],
    ],
)  # fmt: skip
def test_nothing_is_written_beside_or_through_a_link(into: Path, members: list[Member]) -> None:
    """Names with `..`, absolute names, members below a link or over one leave what is outside alone."""
    unpack([archive(ROOT, *members)], into, 1 << 20)
    beside = into.parent / "beside"
    assert beside.read_text() == "untouched" and beside.stat().st_nlink == 1
    assert listing(into.parent) == ["beside", "into", *(f"into/{p}" for p in listing(into))]


def test_a_hard_link_to_a_link_does_not_reach_through_it(into: Path) -> None:
    """Both are links; what they point at has one name still."""
    target = str(into.parent / "beside")
    unpack([archive(ROOT, ("work/a", tarfile.SYMTYPE, target, b""), ("work/b", tarfile.LNKTYPE, "work/a", b""))],
           into, 99)  # fmt: skip
    assert (into / "b").is_symlink() and (into.parent / "beside").stat().st_nlink == 1


def test_devices_and_privileges_do_not_come_back(into: Path) -> None:
    """No device is made, and no setuid bit is set."""
    unpack([archive(ROOT, ("work/d", tarfile.CHRTYPE, "", b""), ("work/s", tarfile.REGTYPE, "", b"x"), mode=0o4755)],
           into, 99)  # fmt: skip
    assert listing(into) == ["s"]
    assert stat.S_IMODE((into / "s").stat().st_mode) == 0o755


def test_more_than_may_be_is_not_read(into: Path) -> None:
    """A file of holes that is larger than the limit ends it at once, unread."""
    head = tarfile.TarInfo("work/holes")
    head.size = 1 << 40

    def endless() -> Iterator[bytes]:
        yield archive(ROOT)[:512] + head.tobuf()
        pytest.fail("was read on")

    with pytest.raises(TooMuch):
        unpack(endless(), into, 1 << 20)


def test_names_without_end_are_too_much(into: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is known of directories is kept until the end: there is a limit on all of it together."""
    monkeypatch.setattr("cab_core.runtimes.docker.remote.archive.NAMES", 10_000)
    wide = [(f"work/{n:0200}", tarfile.DIRTYPE, "", b"") for n in range(60)]
    with pytest.raises(TooMuch):
        unpack([archive(ROOT, *wide)], into, 1 << 20)


def test_a_name_too_long_for_this_machine_is_left_out(into: Path) -> None:
    """Directories lead as far as a path can; the rest is not there, and nothing fails."""
    deep = [("work" + "/d" * (n + 1), tarfile.DIRTYPE, "", b"") for n in range(3000)]
    unpack([archive(ROOT, *deep, ("work/last", tarfile.REGTYPE, "", b"x"))], into, 99)
    assert (into / "last").read_text() == "x" and (into / "d" / "d" / "d").is_dir()
    remove_tree(into)  # too deep for pytest's own cleaning up


@pytest.mark.parametrize(
    "data", [b"", b"no archive" * 200, archive(ROOT, ("work/f", b"0", "", b"x" * 5000))[:2000]]
)
def test_half_an_archive_is_trouble_of_ours(into: Path, data: bytes) -> None:
    """What breaks off, or is something else, is a SandboxError."""
    with pytest.raises(SandboxError, match="no whole archive"):
        unpack([data], into, 1 << 20)


NAMES = st.text("ab./", min_size=1, max_size=8)
KINDS = st.sampled_from(
    [tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE]
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(NAMES, KINDS, NAMES, st.binary(max_size=3)), max_size=12))
def test_no_archive_writes_outside(tmp_path_factory: pytest.TempPathFactory, members: list[Member]) -> None:
    """Whatever the members are named and point at, only the one directory changes."""
    base = tmp_path_factory.mktemp("unpack")
    (base / "into").mkdir()
    (base / "a").write_text("untouched")
    plain = [(f"work/{n}", k, t, c if k == tarfile.REGTYPE else b"") for n, k, t, c in members]
    unpack([archive(ROOT, *plain)], base / "into", 1 << 20)
    assert sorted(os.listdir(base)) == ["a", "into"]
    assert (base / "a").read_text() == "untouched" and (base / "a").stat().st_nlink == 1


@pytest.mark.parametrize("path", ["f", "a/b/f", "/abs", "../beside", "link/f"])
def test_one_file_is_written_below_its_directory_alone(into: Path, path: str) -> None:
    """Under any name; a link on the way, or a path out, leaves what is outside alone."""
    (into / "link").symlink_to("..")
    unpack_one([archive(("f", tarfile.REGTYPE, "", b"x"), mode=0o755)], into, path, 99)
    inside = path in ("f", "a/b/f")
    assert (into / path).is_file() == inside or not inside
    assert sorted(p.name for p in into.parent.iterdir()) == ["beside", "into"]
    assert (into.parent / "beside").read_text() == "untouched"


def test_one_file_that_is_larger_than_was_said_is_not_written(into: Path) -> None:
    """Nor is what is no file at all."""
    unpack_one([archive(("f", tarfile.REGTYPE, "", b"xx"))], into, "f", 1)
    unpack_one([archive(("f", tarfile.FIFOTYPE, "", b""))], into, "f", 1)
    unpack_one([archive(("f", tarfile.SYMTYPE, "/etc/passwd", b""))], into, "link", 1)
    assert [p.name for p in into.iterdir()] == ["link"] and (into / "link").is_symlink()
