"""Where the workers are: a cluster of this machine that lasts as long as the run, or a scheduler's."""

from __future__ import annotations

import asyncio
import logging
import math
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dask
from distributed import Client, LocalCluster, Security
from distributed.comm.core import connect

from cab_core import UserError, Work

PATIENCE_S = 15
TRIES = 3  # of a cell that kills its worker
_CONFIG = {
    "distributed.worker.preload": ["cab_executor_dask.preload"],
    "distributed.worker.profile.enabled": False,  # looks at all threads a hundred times a second
    # Without a dashboard they serve HTTP all the same, unencrypted: then nothing, at a port that nobody has.
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
}


@contextmanager
def client_of(work: Work[Any], width: int) -> Iterator[Client]:
    """Yield a client of the scheduler that was set or, where none was, of `width` workers of this machine."""
    if address := work.settings.get("scheduler"):
        _be_silent()
        with Client(address, timeout=PATIENCE_S, set_as_default=False) as client:
            yield client
    else:
        with work.scratch() as directory, _local(width, work.variables, directory) as client:
            yield client


def check_reached(address: str) -> None:
    """Look whether a scheduler can be reached. No client is made for that: one that failed waits at its end.

    Raises:
        UserError: none can.
    """
    _be_silent()
    try:
        asyncio.run(_reach(address))
    except (OSError, ValueError, TypeError) as exc:
        raise UserError(
            f"scheduler {address}: no Dask scheduler answers there within {PATIENCE_S} s: {exc}; "
            "expected the address that `dask scheduler` prints, such as tcp://host:8786"
        ) from exc


async def _reach(address: str) -> None:
    comm = await connect(address, timeout=PATIENCE_S, **Security().get_connection_args("client"))
    await comm.close()


@contextmanager
def _local(width: int, variables: Mapping[str, str], directory: Path) -> Iterator[Client]:
    """Yield a client of worker processes of this machine, no more than it has processors.

    What they say to each other is encrypted and needs a certificate that is nowhere but in their memory:
    whoever may connect to a scheduler may run anything, and an agent may be on this machine's network.
    """
    _be_silent()
    processes = min(width, os.cpu_count() or 1)
    places = math.ceil(width / processes)
    with (
        dask.config.set({**_CONFIG, "temporary-directory": str(directory)}),
        LocalCluster(
            n_workers=processes,
            threads_per_worker=places,
            resources={"cell": places},
            memory_limit=0,  # a cell's limits are its runtime's
            dashboard_address=None,
            security=True,
            silence_logs=logging.CRITICAL,
            scheduler_kwargs={"allowed_failures": TRIES - 1, "dashboard_address": "127.0.0.1:0"},
            env=dict(variables),
            local_directory=str(directory),
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield client


def _be_silent() -> None:
    """Keep Dask's log off the terminal: what matters of it is an error of ours."""
    for name in ("distributed", *logging.root.manager.loggerDict):
        if name.partition(".")[0] == "distributed":
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
