"""The Docker engine: a client for each thread, and errors in our terms."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cab_core.errors import SandboxError
from cab_core.leases import process_lease
from cab_core.processes import host_id, runner_id

from .address import Address, address, no_engine

LABEL = "cab"  # on everything that we create
HOST = "cab.host"  # on which machine its runner is: an engine may serve several
RUNNER = "cab.runner"  # who created it
LEASE = "cab.lease"  # the path of that runner's lease
ROLE = "cab.role"  # what it is for
WHAT = "cab.what"  # of an image: what it holds, without the hash of how it was made
_BY_SOCKET = "http+docker:"  # as docker-py writes an engine on this machine
_local = threading.local()
_spoken: dict[Address, str] = {}  # the version of its API that an engine is spoken to in


def client() -> Any:
    """Return this thread's client, a `docker.APIClient` (whose stubs are not fit for strict typing).

    Raises:
        SandboxError: there is no engine.
    """
    found = address()
    if not hasattr(_local, "client"):
        from docker.errors import DockerException

        try:
            # Old engines are asked what they speak, once: each thread has a client.
            _local.client = _client_class()(**found.client, version=_spoken.get(found, "auto"), timeout=120)
            _spoken[found] = _local.client.api_version
        except DockerException as exc:
            raise no_engine(exc) from exc
    return _local.client


@functools.cache
def _client_class() -> Any:
    from docker import APIClient

    class Client(APIClient):
        """Holds an engine against the certificates that were given for it, whatever the environment names."""

        def merge_environment_settings(
            self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any
        ) -> Any:
            # requests prefers REQUESTS_CA_BUNDLE to what its session was told.
            chosen = self.verify if verify is None else verify
            if str(url).startswith(
                _BY_SOCKET
            ):  # no proxy stands before it, and all are looked for at each call
                return {"proxies": proxies or {}, "stream": stream, "verify": chosen, "cert": cert}
            return super().merge_environment_settings(url, proxies, stream, chosen, cert)

    return Client


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


@functools.cache
def engine_info() -> dict[str, Any]:
    """Return what the engine says of itself, asked once.

    Raises:
        SandboxError: the engine is gone.
    """
    with engine_errors("ask the engine about itself"):
        return dict(client().info())


def cpus(most: int) -> int:
    """Return how many processors a container may use: `most`, or all where the engine has fewer.

    Raises:
        SandboxError: the engine is gone.
    """
    return min(most, int(engine_info()["NCPU"]))


def labels(role: str) -> dict[str, str]:
    """Return the labels of a container that we create; an image's own role is not what it is for."""
    made_by = {HOST: host_id(), RUNNER: runner_id(), LEASE: str(process_lease().path)}
    return {LABEL: "1", ROLE: role, **made_by}
