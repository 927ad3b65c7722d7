"""Only what was validated several times counts: each task of a pack is, side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cab_core.errors import GraderError
from cab_core.plugins.protocols import Runtime, StopSignal
from cab_core.records import PackedTask
from cab_core.run.validate import validate

TIMES = 5


def faults(
    tasks: Sequence[PackedTask], runtime: Runtime, jobs: int, stop: StopSignal, say: Callable[[str], None]
) -> dict[str, str]:
    """Return by the name of the task what is wrong with those that are not sound each of `TIMES` times."""

    def check(task: PackedTask) -> tuple[str, str | None]:
        for number in range(TIMES):
            if fault := _once(task, runtime, stop):
                return task.task.name, fault if number == 0 else f"only {number} times sound: {fault}"
        say(f"{task.task.name}: sound, {TIMES} of {TIMES}")
        return task.task.name, None

    with ThreadPoolExecutor(jobs) as pool:
        return {name: fault for name, fault in pool.map(check, tasks) if fault}


def _once(task: PackedTask, runtime: Runtime, stop: StopSignal) -> str | None:
    with runtime.scratch() as scratch:
        try:
            return validate(task, runtime, Path(scratch), stop)
        except GraderError as exc:
            if stop.reason is not None:
                raise
            return str(exc)
