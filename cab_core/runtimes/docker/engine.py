"""The Docker engine: a client for each thread, and errors in our terms."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cab_core.errors import SandboxError

from ..owner import runner_id

LABEL = "cab"  # on everything that we create
RUNNER = "cab.runner"  # who created it
_local = threading.local()
HINT = "is Docker installed and running? `cab doctor` tells how to get it"


def client() -> Any:
    """Return this thread's client, a `docker.APIClient` (whose stubs are not fit for strict typing).

    Raises:
        SandboxError: there is no engine.
    """
    if not hasattr(_local, "client"):
        from docker import APIClient
        from docker.errors import DockerException
        from docker.utils import kwargs_from_env

        try:
            # Old engines are asked what they speak; the answer is kept for the process.
            _local.client = APIClient(**kwargs_from_env(), version="auto", timeout=120)
        except DockerException as exc:
            raise SandboxError(f"no Docker engine: {exc}; {HINT}") from exc
    return _local.client


@contextmanager
def engine_errors(doing: str) -> Iterator[None]:
    """Turn what the engine or the connection to it raises into a SandboxError.

    Raises:
        SandboxError: says what was being done.
    """
    from docker.errors import DockerException
    from requests.exceptions import RequestException

    try:
        yield
    except (DockerException, RequestException, ConnectionError) as exc:
        raise SandboxError(f"docker: {doing}: {exc}") from exc


def labels(**more: str) -> dict[str, str]:
    """Return the labels of something that we create."""
    return {LABEL: "1", RUNNER: runner_id(), **more}
