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
def seconds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[tuple[str, int], float]]:
    """Processor seconds by what was done and how many cells there are."""
    base, found = tmp_path_factory.mktemp("growth"), dict[tuple[str, int], float]()
    env = install_nil(base / "site")
    env["PYTHONPATH"] += f"{os.pathsep}{Path(__file__).parents[2]}"
    sys.path.insert(0, str(base / "site"))
    growth.write_big_pack(base / "pack", 1000)
    for cells in SIZES:
        runs = base / f"runs-{cells}"
        growth.finish_all(base / "pack", cells, runs, env)
        for name, argv in growth.commands(base / "pack", cells, runs, ()):
            found[name, cells] = growth.measured(argv, env)[0]
    yield found
    sys.path.remove(str(base / "site"))


@pytest.mark.prove
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", ["plan", "again", "results", "summary"])
def test_ten_times_as_many_cells_are_at_most_twelve_times_the_work(
    seconds: dict[tuple[str, int], float], name: str
) -> None:
    """To plan them, to go on where all are done, to print them: nothing looks at all cells for each."""
    few, many = (seconds[name, cells] for cells in SIZES)
    assert many < 12 * few
