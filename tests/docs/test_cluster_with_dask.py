"""The page on a cluster: its commands, with a small CLI in the place of a real one."""

from __future__ import annotations

import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from cab_core.gateway.models import ConfigDoc
from cab_core.records import from_json
from cab_core.store.cells import Store
from tests.conftest import Cab
from tests.docs.test_how_to import blocks
from tests.support import tiny
from tests.support.cluster import cluster

PAGE = "cluster-with-dask.md"
SMALL = {"aider": "tiny", "mutations/py-*": "mutations/py-stock-reorder"}


def test_what_stands_in_files_can_be_read() -> None:
    """The parts of cab.toml are such, and the programs are Python."""
    for text in blocks(PAGE, "toml"):
        from_json(tomllib.loads(text), ConfigDoc)
    assert [compile(text, PAGE, "exec") for text in blocks(PAGE, "python")]


@pytest.mark.prove  # some ten processes that import all of Dask
@pytest.mark.timeout(300)
def test_the_commands_of_the_page(cab: Cab, distribution: Callable[..., str]) -> None:
    """Workers of its own, then a scheduler and a worker as the page starts them; each cell is there once."""
    cab.find_plugins(distribution("cab-tiny", tiny.PLUGIN))
    lines = [line for block in blocks(PAGE) for line in block.splitlines() if line.startswith("cab run")]
    worker = next(
        line for block in blocks(PAGE, "sh") for line in block.splitlines() if "--memory-limit 0" in line
    )
    assert len(lines) == 2
    with cluster(cab.cwd / "dask", cab.env) as dask:
        name = str(Path(sys.executable).parent / "dask")
        argv = [name, *shlex.split(worker.replace("tcp://HOST:8786", dask.address))[1:]]
        with subprocess.Popen(argv, cwd=cab.cwd / "dask", env=cab.env, stderr=subprocess.DEVNULL) as process:
            try:
                for line in lines:
                    words = shlex.split(line.replace("tcp://HOST:8786", dask.address))
                    done = cab(*(SMALL.get(word, word) for word in words[1:]))
                    assert done.returncode == 0, (line, done.stdout, done.stderr)
            finally:
                process.terminate()
    assert len(list(Store(cab.cwd / "runs").standing())) == 3
