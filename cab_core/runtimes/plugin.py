"""Entry point of the runtimes that are built in."""

from __future__ import annotations

from cab_core import Registration, hookimpl


@hookimpl
def cab_runtimes() -> list[Registration]:
    """Register the runtimes of the core."""
    return [
        Registration(
            name="local",
            summary="this machine, this user: a process group, a fresh HOME; for development, not citable",
            factory="cab_core.runtimes.local:LocalRuntime",
        ),
        Registration(
            name="bwrap",
            summary="bubblewrap: the seal of docker without a daemon, without limits on memory",
            factory="cab_core.runtimes.bwrap:BwrapRuntime",
        ),
        Registration(
            name="docker",
            summary="containers without network, the grader in others: sealed and citable",
            factory="cab_core.runtimes.docker.runtime:DockerRuntime",
        ),
    ]
