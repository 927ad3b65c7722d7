"""Parts of a plan: each cell in one, on every machine in the same."""

from __future__ import annotations

import random

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.errors import UserError
from cab_core.records import Cell
from cab_core.sweep.shards import Shard


def cells(tuis: int = 3, tasks: int = 10, attempts: int = 2) -> list[Cell]:
    """Return a matrix."""
    return [
        Cell(sweep_id="s", tui=f"t{t}", tui_version="1", model="m", task=f"p/{n}", attempt=a)
        for t in range(tuis)
        for n in range(tasks)
        for a in range(1, attempts + 1)
    ]


def dealt(of: int, every: list[Cell], tasks: list[str] | None = None) -> list[set[object]]:
    """Return all parts."""
    known = tasks if tasks is not None else sorted({c.task for c in every})
    return [set(Shard(i, of).cells(every, known)) for i in range(1, of + 1)]


@given(st.integers(1, 4), st.integers(1, 12), st.integers(1, 3), st.integers(1, 9))
def test_every_cell_is_in_one_part_and_parts_are_even(tuis: int, tasks: int, attempts: int, of: int) -> None:
    """To within one cell; also where there are more parts than cells."""
    every = cells(tuis, tasks, attempts)
    parts = dealt(of, every)
    assert sorted(k for part in parts for k in part) == sorted(c.key for c in every)  # type: ignore[type-var]
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_the_order_of_the_options_decides_nothing() -> None:
    """Nor does the name of the sweep."""
    every = cells()
    mixed = random.Random(1).sample(every, len(every))
    assert dealt(3, every) == dealt(3, mixed)


def test_a_task_that_is_left_out_here_moves_no_cell() -> None:
    """Another machine may have its toolchain: what it runs is not run here too, and nothing is run by nobody."""
    every = cells()
    tasks = sorted({c.task for c in every})
    there, here = dealt(3, every), dealt(3, [c for c in every if c.task != "p/4"], tasks)
    assert [{k for k in part if k.task != "p/4"} for part in there] == here  # type: ignore[attr-defined]


@pytest.mark.parametrize("version", ["unknown", "0.9", "2"])
def test_a_cli_of_another_version_here_moves_no_cell(version: str) -> None:
    """Nor one that cannot be had here: what others run is neither run here too, nor run by nobody."""
    every = cells()
    here = [attrs.evolve(c, tui_version=version) if c.tui == "t1" else c for c in every]
    for there, ours in zip(dealt(3, every), dealt(3, here), strict=True):
        assert _without_versions(there) == _without_versions(ours)


def test_two_versions_of_one_cli_are_dealt_apart() -> None:
    """Each cell of each is in one part."""
    every = [attrs.evolve(c, tui_version=v) for c in cells(tuis=1) for v in ("1", "2")]
    assert sum(map(len, dealt(3, every))) == len(every)
    assert set().union(*dealt(3, every)) == {c.key for c in every}


def _without_versions(part: set[object]) -> list[object]:
    return sorted((k.configuration.tui, k.task, k.attempt) for k in part)  # type: ignore[attr-defined]


def test_each_part_has_cells_of_every_cli() -> None:
    """Although their number is a multiple of that of the parts: none of them gets the slow CLI alone."""
    for part in dealt(3, cells(tuis=3, tasks=20)):
        assert len({k.configuration for k in part}) == 3  # type: ignore[attr-defined]


def test_the_deal_is_the_same_in_every_version() -> None:
    """Machines with another cab take the same parts: this very one was dealt by an earlier one."""
    found = Shard(2, 3).cells(cells(tasks=2), ["p/0", "p/1"])
    named = sorted(f"{k.configuration.tui} {k.task} {k.attempt}" for k in found)
    assert named == ["t0 p/1 2", "t1 p/0 2", "t1 p/1 2", "t2 p/0 1"]


@pytest.mark.parametrize(
    "text", ["", "1", "0/3", "4/3", "1/0", "-1/3", "1/3/3", "a/b", "１/3", "1/9999999", " 1/3"]
)
def test_what_is_no_part_is_a_mistake(text: str) -> None:
    """It says what was expected."""
    with pytest.raises(UserError, match="expected I/N, with I from 1 to N"):
        Shard.parse(text)


def test_who_counts_from_zero_is_told(text: str = "0/3") -> None:
    """As job schedulers do."""
    with pytest.raises(UserError, match="counts from 0: add one"):
        Shard.parse(text)
