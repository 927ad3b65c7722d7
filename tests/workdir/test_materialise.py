"""Task files are laid out where their names say, with the modes that the list says."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from cab_core.errors import BadDocument
from cab_core.records import TaskFile
from cab_core.workdir.materialise import materialise


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A file of a pack."""
    (tmp_path / "source").write_text("text")
    return tmp_path / "source"


def listed(source: Path, path: str, executable: bool = False, link: str | None = None) -> TaskFile:
    """Return a file as a pack's list has it."""
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    return TaskFile(
        section="workdir", path=path, source=str(source), sha256=digest, executable=executable, link=link
    )


@pytest.mark.parametrize("umask", [0, 0o027, 0o077, 0o777])
def test_modes_do_not_depend_on_the_umask(tmp_path: Path, source: Path, umask: int) -> None:
    """Directories and programs are 755, other files 644."""
    files = [listed(source, "a/b/file"), listed(source, "a/program", executable=True)]
    before = os.umask(umask)
    try:
        materialise(files, tmp_path / "new/root")
    finally:
        os.umask(before)
    found = {str(p.relative_to(tmp_path)): p.stat().st_mode & 0o7777 for p in (tmp_path / "new").rglob("*")}
    directories = dict.fromkeys(("new/root", "new/root/a", "new/root/a/b"), 0o755)
    assert found == {**directories, "new/root/a/b/file": 0o644, "new/root/a/program": 0o755}


@pytest.mark.parametrize("path", ["link/file", "link/deep/er", "a/link/file"])
@pytest.mark.parametrize("inside", [True, False], ids=["inside", "outside"])
def test_a_file_below_a_link_is_refused(tmp_path: Path, source: Path, path: str, inside: bool) -> None:
    """Wherever the link leads; and nothing is made there."""
    target = tmp_path / ("root/target" if inside else "outside")
    target.mkdir(parents=True)
    link = path.partition("link")[0] + "link"
    with pytest.raises(BadDocument, match="lies below a link"):
        materialise([listed(source, link, link=str(target)), listed(source, path)], tmp_path / "root")
    assert list(target.iterdir()) == []


@pytest.mark.parametrize("path", ["../out", "/out", "a/../../out", "", "a\0b"])
def test_a_file_must_lie_inside_the_task(tmp_path: Path, source: Path, path: str) -> None:
    """A list that was written by hand may say anything."""
    with pytest.raises(BadDocument, match="must lie inside the task"):
        materialise([listed(source, path)], tmp_path / "root")
