"""What lies in a cell directory may be anything: it is read within bounds, or told with the file's name."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cab_core.errors import UserError
from cab_core.records import CellResult, ModelCall, Score, Span
from cab_core.store import reading
from cab_core.store.cells import read_evidence
from cab_core.store.reading import (
    check_readable,
    read_first,
    read_json,
    read_lines,
    read_optional,
    read_start,
)
from tests.site.made import Made

READERS: dict[str, Callable[[Path], object]] = {
    "a record": lambda path: read_json(path, Score),
    "a record that may be missing": lambda path: read_optional(path, Score),
    "lines": lambda path: list(read_lines(path, Score)),
    "the start": lambda path: read_start(path, 10),
}


def link(path: Path) -> None:
    """Lay a link to a record of somebody else."""
    elsewhere = path.parent / "elsewhere"
    elsewhere.write_text('{"axis": "secret"}\n')
    path.symlink_to(elsewhere)


WRONG: dict[str, Callable[[Path], None]] = {
    "link": link,
    "loop": lambda path: path.symlink_to(path),
    "nothing behind the link": lambda path: path.symlink_to("nowhere"),
    "device": lambda path: path.symlink_to("/dev/zero"),
    "pipe": os.mkfifo,
    "directory": Path.mkdir,
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("kind", WRONG)
def test_only_a_regular_file_is_read(tmp_path: Path, reader: str, kind: str) -> None:
    """A link, a pipe, a device or a directory is neither read nor waited for, and told by its name."""
    WRONG[kind](tmp_path / "file")
    with pytest.raises(UserError, match="/file: expected a regular file"):
        READERS[reader](tmp_path / "file")


def score(path: Path, text: str) -> Score:
    """Read a score that has these values."""
    path.write_text(f'{{"axis": "a", "values": {{"x": {text}}}}}')
    return read_json(path, Score)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("NaN", "NaN is no number in JSON"),
        ("-Infinity", "-Infinity is no number in JSON"),
        ("1e999", "beyond 1e"),
        ("-1.7e308", "beyond 1e"),
        ("1" + "0" * 400, "beyond 1e"),
        ("1" * 6000, "digits"),
        ("[" * 101 + "]" * 101, "at most 100 levels"),
        ("[" * 100_000, "at most 100 levels"),
        ("{", "line 1"),
    ],
)
def test_what_is_no_json_or_beyond_bounds_is_told(tmp_path: Path, text: str, says: str) -> None:
    """Numbers that JSON does not have, numbers out of range, and deep nesting are a broken record."""
    with pytest.raises(UserError, match=f"score.json: cannot be read as JSON: .*{says}"):
        score(tmp_path / "score.json", text)


def test_what_is_within_bounds_is_read(tmp_path: Path) -> None:
    """Large numbers and some depth are no fault."""
    assert score(tmp_path / "s", "1e299").values == {"x": 1e299}
    assert score(tmp_path / "s", str(2**63)).values == {"x": 2**63}
    assert score(tmp_path / "s", "[" * 90 + "]" * 90)


@pytest.mark.parametrize("text", ["nan", "inf", "1e999"])
def test_a_text_is_no_number(tmp_path: Path, text: str) -> None:
    """A number that is written as a text is not taken for one, and its place is told."""
    (tmp_path / "s").write_text(json.dumps({"axis": "a", "headline": text}))
    with pytest.raises(UserError, match=r"s: not a Score .*expected a number, got .* @ \$\.headline"):
        read_json(tmp_path / "s", Score)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\xff\x00", "cannot be read as JSON: 'utf-8'"),
        (b"[1]", "expected a Score, which is an object"),
        (b"{}", r"missing @ \$\.axis"),
        (b'{"axis": "a", "values": 3}', r"of the wrong type @ \$\.values"),
        (b'{"axis": "a", "extra": 3}', "extra"),
    ],
)
def test_what_is_no_such_record_is_told(tmp_path: Path, data: bytes, says: str) -> None:
    """The message says where in the record which fault is."""
    (tmp_path / "s").write_bytes(data)
    with pytest.raises(UserError, match=f"/s: .*{says}.*; mend it, or take the cell's directory away"):
        read_json(tmp_path / "s", Score)


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    """A sparse file of eight gigabytes is told at once."""
    (tmp_path / "s").touch()
    os.truncate(tmp_path / "s", 1 << 33)
    with pytest.raises(UserError, match="expected at most"):
        read_json(tmp_path / "s", Score)
    assert read_start(tmp_path / "s", 5) == (bytes(5), 1 << 33)


def lines(path: Path, text: str) -> list[Span]:
    """Read spans."""
    path.write_text(text)
    return list(read_lines(path, Span))


@pytest.mark.parametrize("line", ["3", "[1]", "{", '{"start_ns": "x"}', '{"attributes": 5}', "[" * 100_000])
def test_a_line_that_is_no_record_is_told_by_its_number(tmp_path: Path, line: str) -> None:
    """Whatever stands there instead of a record."""
    with pytest.raises(UserError, match=r"spans.jsonl:2: "):
        lines(tmp_path / "spans.jsonl", f"{{}}\n{line}\n{{}}\n")


def test_an_unfinished_last_line_is_passed_over(tmp_path: Path) -> None:
    """A killed runner may leave one; a last line that is whole but for its end counts."""
    assert len(lines(tmp_path / "s", '{}\n{"na')) == 1
    assert len(lines(tmp_path / "s", "{}\n{}")) == 2
    assert lines(tmp_path / "missing.jsonl", "") == []


def test_lines_are_bounded_each_and_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither one long line nor very many of them fill the memory."""
    monkeypatch.setattr(reading, "LINE", 20)
    monkeypatch.setattr(reading, "LIMIT", 60)
    assert len(lines(tmp_path / "s", "{}\n" * 20)) == 20
    for text, told in (
        ("{}" + " " * 40 + "\n", "lines of less than 20 bytes"),
        ("{}\n" * 21, "more than 60 bytes"),
    ):
        with pytest.raises(UserError, match=told):
            lines(tmp_path / "s", text)
    assert [len(read_first(tmp_path / "s", Span)[0]), read_first(tmp_path / "s", Span)[1]] == [20, True]


@pytest.mark.parametrize("line", ["[1]", '{"n": 1}', '{"n": "x"}'])
def test_calls_that_are_none_are_told(tmp_path: Path, line: str) -> None:
    """The evidence of a cell is whole, or there is none."""
    cell = Made().write(tmp_path)
    (cell / "calls.jsonl").write_text(line + "\n")
    with pytest.raises(UserError, match=f"calls.jsonl:1: .*{ModelCall.__name__}"):
        read_evidence(cell)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("sweep_id", "\ud800"),
        ("model", "\udcff"),
        ("stack", ["\ud800"]),
        ("model", "a/" * 3000),
        ("attempt", 10**290),
        ("attempt", -3),
    ],
)
def test_names_that_no_path_can_hold_are_told(tmp_path: Path, key: str, value: object) -> None:
    """A lone surrogate, a name of thousands of parts or a number out of range is a broken record."""
    path = Made().write(tmp_path) / "cell.json"
    found = json.loads(path.read_text())
    found["cell"][key] = value
    path.write_text(json.dumps(found))
    with pytest.raises(UserError, match=rf"cell.json: not a CellResult .*{key}.* @ \$\.cell"):
        read_json(path, CellResult)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e301, 10**301])
def test_what_could_not_be_read_again_is_told_before_it_is_written(value: float) -> None:
    """The same bounds hold for what a user asks for."""
    with pytest.raises(UserError, match=r"^sweep 'x': "):
        check_readable({"limits": {"wall_s": value}}, "sweep 'x'")


@pytest.mark.parametrize(("levels", "fits"), [(100, True), (101, False)])
def test_so_many_levels_and_no_more(tmp_path: Path, levels: int, fits: bool) -> None:
    """The stated bound is the bound: a record of a hundred levels is read, one of a hundred and one is not."""
    # The span is a level, its attributes another.
    inner = "[" * (levels - 2) + "1" + "]" * (levels - 2)
    (tmp_path / "spans.jsonl").write_text(f'{{"attributes": {{"x": {inner}}}}}\n')
    if fits:
        assert len(list(read_lines(tmp_path / "spans.jsonl", Span))) == 1
    else:
        with pytest.raises(UserError, match="100 levels"):
            list(read_lines(tmp_path / "spans.jsonl", Span))
