"""Entry point of the task formats that are built in."""

from __future__ import annotations

from cab_core import Registration, hookimpl


@hookimpl
def cab_task_formats() -> list[Registration]:
    """Register cab's own format, and those of public sets."""
    return [
        Registration(
            name="cab",
            summary="pack.toml, and task.toml workdir/ tests/ solution/ per task",
            factory="cab_core.tasks.native:NativeFormat",
        ),
        Registration(
            name="harbor",
            summary="Harbor's task directories and datasets",
            factory="cab_core.tasks.formats.harbor:HarborFormat",
        ),
    ]
