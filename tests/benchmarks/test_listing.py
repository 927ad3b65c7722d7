"""Reading a large set of somebody's: ratios of processor time, measured in one process."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cab_core.plugins.registry import Plugins
from cab_core.tasks.catalog import load_pack
from tests.benchmarks.growth import write_harbor_set


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two sets of Harbor's, the second ten times as large."""
    base = tmp_path_factory.mktemp("sets")
    for tasks in (40, 400):
        write_harbor_set(base / str(tasks), tasks)
    return base / "40", base / "400"


def seconds(work: Callable[[Path], object], root: Path) -> float:
    """Return the processor seconds of the quickest of three times."""
    taken = []
    for _ in range(3):
        before = time.process_time()
        work(root)
        taken.append(time.process_time() - before)
    return min(taken)


def read(root: Path) -> object:
    """Read a set."""
    return load_pack(Plugins(), root)


def hash_files(root: Path) -> object:
    """Read and hash the files of a set, and nothing else."""
    paths = (f"{base}/{name}" for base, _, names in os.walk(root) for name in names)
    return [hashlib.sha256(Path(path).read_bytes()) for path in paths]


def test_ten_times_as_many_tasks_are_at_most_fourteen_times_the_work(sets: tuple[Path, Path]) -> None:
    """Nothing looks at all tasks for each."""
    few, many = (seconds(read, root) for root in sets)
    assert many < 14 * few


def test_reading_a_set_is_little_more_than_reading_its_files(sets: tuple[Path, Path]) -> None:
    """Five times as much when this was written, which is about three seconds for 5,000 tasks; once it was ten."""
    assert seconds(read, sets[1]) < 8 * seconds(hash_files, sets[1])
