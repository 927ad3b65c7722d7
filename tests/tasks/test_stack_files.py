"""Reading a directory that is given as a stack."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cab_core.errors import UserError
from cab_core.tasks.stack_files import StackFiles, read_files, read_text


def test_texts_are_read_and_the_others_are_told(tmp_path: Path) -> None:
    """A link inside is followed, one that leads out is not; nor is a pipe waited for."""
    root = tmp_path / "s"
    (root / "sub/.git").mkdir(parents=True)
    (tmp_path / "secret").write_text("secret")
    (root / "a.md").write_text("a")
    (root / "sub/.git/x").write_text("x")
    (root / "logo.png").write_bytes(b"\x89PNG\xff")
    (root / "sub/in").symlink_to("../a.md")
    (root / "sub/out").symlink_to("../../secret")
    (root / "sub/up").symlink_to("../..")
    (root / "sub/gone").symlink_to("nothing")
    os.mkfifo(root / "pipe")
    found = read_files(root)
    assert found.texts == {"a.md": "a", "sub/in": "a"}
    assert [said.partition(":")[0] for said in found.left_out] == [
        "logo.png",
        "pipe",
        "sub/gone",
        "sub/out",
        "sub/up",
    ]
    assert "leads out" in found.left_out[3] and "leads out" in found.left_out[4]


def test_a_name_that_cannot_be_written_is_left_out(tmp_path: Path) -> None:
    """One that is no UTF-8, one with a line end in it: told so that it can be."""
    for name in (b"\xff.txt", b"a\nb.txt", "\u00e4.txt".encode()):
        (tmp_path / os.fsdecode(name)).write_text("x")
    found = read_files(tmp_path)
    assert list(found.texts) == ["\u00e4.txt"]
    said = "its name cannot be written"
    assert found.left_out == (f"'a\\nb.txt': {said}", f"'\\udcff.txt': {said}")


def test_a_text_beyond_the_limit_is_never_cut(tmp_path: Path) -> None:
    """Of letters of three bytes the limit falls between two of them, of two inside one: refused, both."""
    for letter in ("\u65e5", "\u00e9"):
        (tmp_path / "big.md").write_text(letter * (2 << 20), encoding="utf-8")
        with pytest.raises(UserError, match="belongs into a package"):
            read_files(tmp_path)
        with pytest.raises(UserError, match="is larger than"):
            read_text(tmp_path / "big.md")


def test_large_bytes_are_left_out(tmp_path: Path) -> None:
    """They are no text, and cost nothing."""
    (tmp_path / "font.ttf").write_bytes(b"\xff\x00" * (2 << 20))
    (tmp_path / "a.md").write_text("a")
    assert read_files(tmp_path) == StackFiles({"a.md": "a"}, ("font.ttf: it is no text in UTF-8",))


@pytest.mark.parametrize(
    "files", [{"big": 3 << 20}, {str(n): 1 for n in range(1100)}, {"a": 1_500_000, "b": 1_500_000}]
)
def test_what_is_too_large_for_every_cell_is_refused(tmp_path: Path, files: dict[str, int]) -> None:
    """With what to do."""
    for name, size in files.items():
        (tmp_path / name).write_text("x" * size)
    with pytest.raises(UserError, match="belongs into a package"):
        read_files(tmp_path)


def test_a_file_that_was_named_is_a_text_or_a_mistake(tmp_path: Path) -> None:
    """Nothing is left out of it."""
    (tmp_path / "bad.md").write_bytes(b"\xff")
    (tmp_path / "big.md").write_text("x" * (3 << 20))
    for name, said in {
        "none.md": "No such file",
        "bad.md": "is not UTF-8",
        "big.md": "is larger than",
    }.items():
        with pytest.raises(UserError, match=said):
            read_text(tmp_path / name)


def test_a_text_that_leads_elsewhere_is_not_given_to_an_agent(tmp_path: Path) -> None:
    """In a stranger's checkout AGENTS.md may be a link to a key; one to a file beside it is usual."""
    (tmp_path / "key").write_text("secret")
    root = tmp_path / "checkout"
    root.mkdir()
    (root / "CLAUDE.md").write_text("text")
    (root / "beside.md").symlink_to("CLAUDE.md")
    (root / "AGENTS.md").symlink_to(tmp_path / "key")
    assert read_text(root / "beside.md") == "text"
    with pytest.raises(UserError, match=f"leads out of its directory; name {tmp_path / 'key'}"):
        read_text(root / "AGENTS.md")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """Nor a device read to its end."""
    os.mkfifo(tmp_path / "AGENTS.md")
    with pytest.raises(UserError, match="no regular file"):
        read_text(tmp_path / "AGENTS.md")


def test_thousands_of_files_are_no_thousands_of_lines(tmp_path: Path) -> None:
    """Every cell keeps what was left out; and a directory without end is not looked through."""
    for number in range(30):
        (tmp_path / f"{number}.bin").write_bytes(b"\xff")
    assert len(read_files(tmp_path).left_out) == 21
    assert read_files(tmp_path).left_out[-1] == "and 10 files more"
    for number in range(10_001):
        (tmp_path / f"{number}.md").touch()
    with pytest.raises(UserError, match="more than 10,000 files and directories"):
        read_files(tmp_path)
