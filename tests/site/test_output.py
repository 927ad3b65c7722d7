"""Writing a site: what has not changed is neither made nor written again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cab_core.site.output import Output


def build(root: Path, fingerprint: str, *names: str) -> list[str]:
    """Write a group of files; return those that were made for it."""
    made: list[str] = []

    def files() -> Iterator[tuple[str, str]]:
        for name in names:
            made.append(name)
            yield name, f"the text of {name}"

    output = Output(root)
    output.update("group", fingerprint, files())
    output.close()
    return made


def test_a_group_with_the_same_fingerprint_is_not_made_again(tmp_path: Path) -> None:
    """Nothing of it is asked for."""
    assert build(tmp_path, "1", "a", "b") == ["a", "b"]
    assert build(tmp_path, "1", "a", "b") == []
    assert build(tmp_path, "2", "a", "b") == ["a", "b"]


def test_a_group_of_which_a_file_is_gone_is_made_again(tmp_path: Path) -> None:
    """Whoever took it."""
    build(tmp_path, "1", "a", "b")
    (tmp_path / "b").unlink()
    assert build(tmp_path, "1", "a", "b") == ["a", "b"]


def test_files_are_written_one_after_the_other(tmp_path: Path) -> None:
    """The first is on disk before the second is made: no group is held in memory as a whole."""

    def files() -> Iterator[tuple[str, str]]:
        yield "a", "1"
        assert (tmp_path / "a").read_text() == "1"
        yield "b", "2"

    Output(tmp_path).update("group", "1", files())
    assert (tmp_path / "b").read_text() == "2"
