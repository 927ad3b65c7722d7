"""Entry point of the executors that are built in."""

from __future__ import annotations

from cab_core import Registration, hookimpl


@hookimpl
def cab_executors() -> list[Registration]:
    """Register the executors of the core."""
    return [
        Registration(
            name="local",
            summary="threads of this process; each cell is processes of its own",
            factory="cab_core.sweep.local:LocalExecutor",
        ),
    ]
