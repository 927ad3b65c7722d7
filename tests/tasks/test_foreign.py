"""What readers of foreign task sets share."""

from __future__ import annotations

from pathlib import Path

import pytest

from cab_core.records import GradeCommand, GradeSpec, TaskDoc
from cab_core.tasks.foreign import commit_of, file_at, file_of, packed, plain_name

DOC = TaskDoc(
    schema_version=1, title="t", prompt="p", grade=GradeSpec(commands=(GradeCommand(argv=("true",)),))
)


def test_a_made_file_is_kept_by_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two tasks with one content share one file, which says the same as one that lies there."""
    monkeypatch.setenv("CAB_CACHE", str(tmp_path / "cache"))
    (tmp_path / "a").write_bytes(b"x\xff")
    made, again = file_of("workdir", "a", b"x\xff"), file_of("tests", "b", b"x\xff")
    assert made.source == again.source
    assert file_at("workdir", "a", tmp_path / "a").sha256 == made.sha256


def test_the_hash_of_a_task_covers_its_document_and_its_files(tmp_path: Path) -> None:
    """Another name, mode or section of a file is another task."""
    (tmp_path / "a").write_text("x")
    files = [file_at("workdir", "a", tmp_path / "a")], [file_at("tests", "a", tmp_path / "a")]
    hashes = {packed("p", "1", "n", DOC, f).task.tree_hash for f in (*files, [])}
    assert len(hashes) == 3


@pytest.mark.parametrize(
    ("text", "name"), [("Two_Sum", "two_sum"), ("01-über.x", "x-01-ber-x"), ("--", "x"), ("a b", "a-b")]
)
def test_any_text_gives_a_plain_name(text: str, name: str) -> None:
    """What an id or a directory cannot take becomes a dash."""
    assert plain_name(text) == name


def test_the_commit_of_a_checkout_is_read_without_git(tmp_path: Path) -> None:
    """Where a branch stands in a file of its own or in the packed list; else it is not known."""
    git, commit = tmp_path / ".git", "0123456789abcdef" * 2 + "01234567"
    git.mkdir()
    assert commit_of(tmp_path) is None
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    assert commit_of(tmp_path) is None
    (git / "packed-refs").write_text(f"# pack-refs\n{commit} refs/heads/main\n")
    assert commit_of(tmp_path) == commit
    (git / "HEAD").write_text(f"{commit[::-1]}\n")
    assert commit_of(tmp_path) == commit[::-1]
