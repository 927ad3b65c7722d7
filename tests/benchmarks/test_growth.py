"""What must grow no faster than what it is about: a ratio of two sizes, measured in one run."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks import growth
from tests.benchmarks.cold_start import install_nil

SIZES = (1000, 10_000)


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[tuple[str, int], tuple[float, float]]]:
    """Processor seconds and megabytes by what was done and how many cells there are."""
    base, found = tmp_path_factory.mktemp("growth"), dict[tuple[str, int], tuple[float, float]]()
    env = install_nil(base / "site")
    env["PYTHONPATH"] += f"{os.pathsep}{Path(__file__).parents[2]}"
    sys.path.insert(0, str(base / "site"))
    growth.write_big_pack(base / "pack", 1000)
    for cells in SIZES:
        runs = base / f"runs-{cells}"
        growth.finish_all(base / "pack", cells, runs, env)
        for name, argv in growth.commands(base / "pack", cells, runs, ()):
            found[name, cells] = growth.measured(argv, env)[:2]
    yield found
    sys.path.remove(str(base / "site"))


@pytest.mark.prove
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    "name", ["plan", "again", "dry-run", "dry-new", "merge", "merge-again", "results", "summary"]
)
def test_ten_times_as_many_cells_are_at_most_twelve_times_the_work(
    taken: dict[tuple[str, int], tuple[float, float]], name: str
) -> None:
    """To plan them, to go on where all are done, to print them: nothing looks at all cells for each."""
    few, many = (taken[name, cells][0] for cells in SIZES)
    assert many < 12 * few


# Kilobytes a cell: what is planned, what is known of a finished one, its rows.
ROOM = {
    "plan": 0.6,
    "again": 2.5,
    "dry-run": 3,
    "dry-new": 1.5,
    "merge": 1.5,
    "merge-again": 1.5,
    "results": 5,
    "summary": 4,
}


@pytest.mark.prove
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", ROOM)
def test_a_cell_more_is_little_memory_more(
    taken: dict[tuple[str, int], tuple[float, float]], name: str
) -> None:
    """What is kept of a cell does not grow with its record: a hundred thousand are some hundreds of megabytes."""
    few, many = (taken[name, cells][1] for cells in SIZES)
    assert (many - few) * 1024 / (SIZES[1] - SIZES[0]) < ROOM[name]
