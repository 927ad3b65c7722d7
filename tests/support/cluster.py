"""A Dask scheduler and its workers, as `dask scheduler` and `dask worker` start them."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from distributed import Client


class Cluster:
    """Processes that are ended with the context."""

    def __init__(self, directory: Path, env: Mapping[str, str], stack: ExitStack) -> None:
        self._directory, self._env, self._stack = directory, dict(env), stack
        self._file = directory / "scheduler.json"
        self.scheduler = self._start(
            "scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", str(self._file)
        )
        deadline = time.monotonic() + 60
        while not self._file.exists() or not self._file.read_text().strip():
            assert time.monotonic() < deadline and self.scheduler.poll() is None
            time.sleep(0.05)
        self.address: str = json.loads(self._file.read_text())["address"]

    def worker(self, name: str, places: int = 1, **env: str) -> subprocess.Popen[bytes]:
        """Start a worker; it need not be there yet."""
        args = ("--name", name, "--nthreads", str(places), "--resources", f"cell={places}")
        more = ("--no-nanny", "--no-dashboard", "--local-directory", str(self._directory / name))
        return self._start("worker", self.address, *args, *more, **env)

    def wait(self, workers: int) -> None:
        """Wait until there are so many workers."""
        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=60)

    def _start(self, what: str, *args: str, **env: str) -> subprocess.Popen[bytes]:
        code = f"from distributed.cli.dask_{what} import main; main()"
        with (self._directory / "dask.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-c", code, *args], env={**self._env, **env}, cwd=self._directory,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self._stack.callback(process.wait)
        self._stack.callback(process.kill)
        return process


@contextmanager
def cluster(directory: Path, env: Mapping[str, str]) -> Iterator[Cluster]:
    """Start a scheduler; end it, and all workers, when the context is left."""
    directory.mkdir()
    with ExitStack() as stack:
        yield Cluster(directory, env, stack)
