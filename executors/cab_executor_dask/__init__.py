"""Executor `dask`: workers on this machine or on many. It sees of the core what a third party sees."""

from __future__ import annotations

from cab_core import Registration, hookimpl


@hookimpl
def cab_executors() -> list[Registration]:
    """Register the executor; what it needs is imported when cells are run."""
    return [
        Registration(
            name="dask",
            summary="Dask workers on this machine, or those of --scheduler ADDRESS",
            factory="cab_executor_dask.executor:DaskExecutor",
        )
    ]
