"""A cell's calls are read from their file each time that they are gone through."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import attrs
import pytest

from cab_core.errors import SandboxError
from cab_core.records import ModelCall, to_json
from cab_core.store.recorded import RecordedCalls
from tests.site.made import Made

CALL = Made().calls()[0]
CALLS = [attrs.evolve(CALL, n=n) for n in (1, 2, 3)]


def written(path: Path, calls: list[ModelCall]) -> Path:
    """Write a file as the gateway does."""
    path.write_text("".join(json.dumps(to_json(call)) + "\n" for call in calls))
    return path


def test_they_are_a_sequence(tmp_path: Path) -> None:
    """Gone through as often as wanted, counted without reading, and had by their place."""
    calls = RecordedCalls(written(tmp_path / "calls.jsonl", CALLS), 3)
    assert [list(calls), list(calls)] == [CALLS, CALLS]
    assert (len(calls), calls[-1], calls[:2]) == (3, CALLS[2], tuple(CALLS[:2]))


def test_what_stands_behind_them_is_not_theirs(tmp_path: Path) -> None:
    """The file may grow while it is read; somebody may have added to it."""
    assert list(RecordedCalls(written(tmp_path / "calls.jsonl", CALLS), 2)) == CALLS[:2]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda path: written(path, CALLS[:2]), "2 calls; expected the 3 that were written"),
        (lambda path: path.unlink(), "0 calls; expected the 3 that were written"),
        (lambda path: path.write_text("{}\n" * 3), "cannot be read back"),
    ],
    ids=["cut", "removed", "overwritten"],
)
def test_a_file_that_is_not_as_it_was_written_is_told(
    tmp_path: Path, change: Callable[[Path], object], says: str
) -> None:
    """No call is missing in silence."""
    calls = RecordedCalls(written(tmp_path / "calls.jsonl", CALLS), 3)
    change(calls.path)
    with pytest.raises(SandboxError, match=says):
        list(calls)
