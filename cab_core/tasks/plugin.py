"""Entry point of the task format that is built in."""

from __future__ import annotations

from cab_core import Registration, hookimpl


@hookimpl
def cab_task_formats() -> list[Registration]:
    """Register cab's own format."""
    return [
        Registration(
            name="cab",
            summary="pack.toml, and task.toml workdir/ tests/ solution/ per task",
            factory="cab_core.tasks.native:NativeFormat",
        )
    ]
