"""Ids become paths and addresses that are safe and never collide."""

from __future__ import annotations

import hashlib
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.records import Cell
from cab_core.store.paths import PAGE_FILES, attempt_path, cell_address, segment

NAMES = st.text(max_size=120)  # of which the longest are 480 bytes


@given(st.text(st.characters(), max_size=200))
def test_a_segment_is_safe(name: str) -> None:
    """Whatever the text, the segment is plain ASCII, no dot at the start, not empty, not too long."""
    quoted = segment(name)
    assert quoted and not quoted.startswith(".") and len(quoted) <= 140
    assert all(c.isascii() and (c.isalnum() or c in "._-~") for c in quoted)


@given(NAMES, NAMES)
def test_segments_do_not_collide(one: str, other: str) -> None:
    """Two texts have one segment only where they are the same text."""
    assert (segment(one) == segment(other)) == (one == other)


@given(NAMES, NAMES)
def test_no_id_leaves_the_runs_directory(model: str, sweep: str) -> None:
    """A path made of hostile ids stays below its root."""
    path = PurePosixPath(
        attempt_path(Cell(sweep_id=sweep, tui="t", tui_version="1", model=model, task="p/n"))
    )
    assert not path.is_absolute() and ".." not in path.parts and "." not in path.parts


@pytest.mark.parametrize("name", [*sorted(PAGE_FILES), "t.svg"])
def test_no_segment_is_the_name_of_a_page_s_file(name: str) -> None:
    """Where a page has a file, no other page has its directory."""
    assert segment(name) == name.replace(".", "~2e")
    assert segment(f"x-{name}x") == f"x-{name}x"


def test_an_address_is_as_in_the_reference() -> None:
    """A model's slashes stay; the stack is a segment of its own."""
    cell = Cell(
        sweep_id="s", tui="aider", tui_version="1", model="meta/llama-4", task="mutations/x", stack=("a", "b")
    )
    assert cell_address(cell) == "aider/meta/llama-4/mutations/x/+a~2bb"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (".hidden", "~2ehidden"),
        ("..", "~2e."),
        ("a:b", "a~3ab"),
        ("", "~~"),
        ("index.html", "index~2ehtml"),
        ("ü", "~c3~bc"),
    ],
)
def test_how_a_segment_is_written(text: str, expected: str) -> None:
    """Others build on it: an address does not change from one release to the next."""
    assert segment(text) == expected


def test_a_long_segment_ends_in_sixteen_digits_of_its_hash() -> None:
    """At most 120 characters, and the hash is of the whole text."""
    found = segment("x" * 500)
    assert len(found) == 120 and found[102:104] == "~~"
    assert found[104:] == hashlib.sha256(b"x" * 500).hexdigest()[:16]
    assert segment("x" * 120) == "x" * 120
