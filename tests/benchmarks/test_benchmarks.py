"""The benchmarks run: what they measure is read by people, and decides no test."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.runtimes.docker.conftest import engine as _engine

engine = _engine  # one way to leave Docker out
ROOT = Path(__file__).parents[2]


@pytest.mark.usefixtures("engine")
def test_the_overhead_of_docker_is_measured() -> None:
    """One round of a cell beside its bare containers prints a ratio."""
    argv = [sys.executable, "-m", "tests.benchmarks.docker_overhead", "--rounds", "1"]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    assert re.search(r"median ratio \d\.\d\d", done.stdout), done.stderr


@pytest.mark.prove
def test_the_scale_of_the_site_is_measured() -> None:
    """With a few cells each figure is printed beside its bound."""
    argv = [sys.executable, "tests/benchmarks/site_scale.py", "60"]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    assert len(re.findall(r"\(at most ", done.stdout)) == 10, done.stderr


def test_the_growth_of_what_is_read_and_printed_is_measured() -> None:
    """A few cells are planned, found done and printed, each with a figure."""
    argv = [sys.executable, "-m", "tests.benchmarks.growth", "--sizes", "4"]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    assert len(re.findall(r"s of a processor", done.stdout)) == 9, done.stderr


@pytest.mark.prove
@pytest.mark.usefixtures("engine")
def test_a_cold_command_is_measured() -> None:
    """Beside Python, and beside two bare containers."""
    argv = [sys.executable, "-m", "tests.benchmarks.cold_start", "--rounds", "1"]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    assert len(re.findall(r"median ratio \d", done.stdout)) == 3, done.stderr


def test_the_cost_of_the_gateway_is_measured() -> None:
    """Beside a bare relay: latency, CPU of small calls, throughput and CPU of streams, each as a ratio too."""
    argv = [sys.executable, "-m", "tests.benchmarks.gateway_overhead", "--rounds", "1", "--events", "60"]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    assert len(re.findall(r"ratio|more \(median\)", done.stdout)) == 4, done.stderr


def test_the_memory_of_the_gateway_is_measured() -> None:
    """After calls, and while a client reads slowly."""
    argv = [sys.executable, "-m", "tests.benchmarks.gateway_memory", "--calls", "200", "--megabytes", "1"]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    assert len(re.findall(r'"MB ', done.stdout)) == 2, done.stderr


def test_a_local_cell_is_measured() -> None:
    """The runner's share, that of all below it, and the programs alone."""
    argv = [sys.executable, "-m", "tests.benchmarks.local_cell", "--rounds", "1"]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    assert re.search(r"median ratio \d\.\d\d", done.stdout), done.stderr


def test_the_cost_of_a_page_to_its_reader_is_measured() -> None:
    """A conversation and a recording, each beside one of a tenth of it."""
    if not (shutil.which("chromium") and shutil.which("chromedriver")):
        pytest.skip("chromium or chromedriver is missing")
    argv = [sys.executable, "-m", "tests.benchmarks.page_speed", "--turns", "40", "--events", "100"]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    assert len(re.findall(r"ratio to \d+: \d", done.stdout)) == 2, done.stderr


@pytest.mark.prove  # a scheduler and three workers
@pytest.mark.timeout(300)
def test_cells_on_dask_workers_are_measured() -> None:
    """Two workers beside one, and what a cell costs by each executor."""
    argv = [sys.executable, "-m", "tests.benchmarks.dask_cells", "--cells", "4", "--rounds", "1"]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    assert len(re.findall(r"median ratio|ms of a processor", done.stdout)) == 3, done.stderr
