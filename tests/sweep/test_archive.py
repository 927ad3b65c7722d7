"""A cell's directory comes back as it was, and an archive that lies writes nothing elsewhere."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from cab_core.errors import UserError
from cab_core.sweep import archive as archives
from cab_core.sweep.archive import TooLarge, pack, unpack

NAMES = st.text(
    st.characters(blacklist_characters="/\0", blacklist_categories=("Cs",)), min_size=1, max_size=20
)


def made(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    """Return an archive of these."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for member, data in members:
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return zstandard.compress(buffer.getvalue())


def info(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    """Return a member."""
    found = tarfile.TarInfo(name)
    found.type, found.linkname = kind, link
    return found


@given(st.dictionaries(NAMES.filter(lambda n: n not in (".", "..")), st.binary(max_size=300), max_size=4))
@settings(max_examples=40, deadline=None)
def test_files_come_back(tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]) -> None:
    """Whatever they are called and hold, below a directory too."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("target")
    (source / "below").mkdir()
    for name, data in files.items():
        (source / name).write_bytes(data) if name != "below" else None
        (source / "below" / name).write_bytes(data)
    unpack(pack(source), target)
    found = {p.relative_to(target): p.read_bytes() for p in target.rglob("*") if p.is_file()}
    assert found == {p.relative_to(source): p.read_bytes() for p in source.rglob("*") if p.is_file()}


def test_names_that_are_no_text_come_back(tmp_path: Path) -> None:
    """An agent may call a file what it likes."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    Path(os.fsdecode(b"%s/a/\xff\xfe" % os.fsencode(tmp_path))).write_bytes(b"x")
    unpack(pack(tmp_path / "a"), tmp_path / "b")
    assert os.listdir(os.fsencode(tmp_path / "b")) == [b"\xff\xfe"]


@pytest.mark.parametrize("name", ["../out", "/tmp/out", "a/../../out", ""])
def test_no_path_leads_out(tmp_path: Path, name: str) -> None:
    """It is refused, and nothing lies beside."""
    (into := tmp_path / "into").mkdir()
    with pytest.raises(UserError):
        unpack(made((info(name), b"x")), into)
    assert os.listdir(tmp_path) == ["into"] and os.listdir(into) == []


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE]
)
def test_nothing_but_files_is_written(tmp_path: Path, kind: bytes) -> None:
    """A link through which the next file would be written is not there."""
    (into := tmp_path / "into").mkdir()
    unpack(made((info("a", kind, str(tmp_path)), b""), (info("a/b"), b"x")), into)
    assert os.listdir(tmp_path) == ["into"]
    assert [p for p in into.rglob("*") if p.is_symlink() or not (p.is_file() or p.is_dir())] == []


def test_what_is_too_large_is_told_with_the_bound(tmp_path: Path) -> None:
    """Where it is packed, and where it is unpacked, whatever a compressed megabyte claims."""
    (tmp_path / "a").write_bytes(bytes(2000))
    with pytest.raises(TooLarge, match=r"more than is carried from a worker \(512 MiB"):
        pack(tmp_path, limit=1000)
    (into := tmp_path / "into").mkdir()
    with pytest.raises(TooLarge):
        unpack(made((info("a"), bytes(2000))), into, limit=1000)


def test_a_header_that_claims_a_huge_length_is_not_read_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Extended headers are no files, and are read into memory before anybody sees their size."""
    monkeypatch.setattr(archives, "_OVERHEAD", 1 << 20)
    for kind in (tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME):
        with pytest.raises(TooLarge):
            unpack(made((info("h", kind), bytes(3 << 20)), (info("a"), b"x")), tmp_path, limit=1 << 20)


@given(st.binary(max_size=200))
@settings(max_examples=40, deadline=None)
def test_no_archive_at_all_is_a_user_error(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """Whatever came, also where it is compressed well."""
    for each in (data, zstandard.compress(data)):
        try:
            unpack(each, tmp_path_factory.mktemp("into"))
        except UserError:
            continue
