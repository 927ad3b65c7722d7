"""Only what was validated several times counts: each task of a pack is, side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path

from cab_core.errors import GraderError
from cab_core.plugins.protocols import Runtime, StopSignal
from cab_core.records import PackedTask
from cab_core.run.validate import validate
from cab_core.run.validated import found_here, keep

TIMES = 5
# Shows what is done while it is; gives what says its step.
Doing = Callable[[str], AbstractContextManager[Callable[[str], None]]]


def faults(
    tasks: Sequence[PackedTask],
    runtime: Runtime,
    jobs: int,
    stop: StopSignal,
    say: Callable[[str], None],
    doing: Doing,
) -> dict[str, str]:
    """Return by the name of the task what is wrong with those that are not sound each of `TIMES` times.

    What is found is kept, as that of `cab tasks validate` is; what is known to be sound is not graded anew.

    Raises:
        GraderError: the grader could not be run.
        KeyboardInterrupt: it was stopped.
    """

    def check(task: PackedTask) -> tuple[str, str | None]:
        found = found_here(task, runtime)
        if found is None or found.state != "sound" or found.repeats < TIMES:
            with runtime.scratch() as scratch, doing(task.task.name) as step:
                found = keep(task, runtime, validate(task, runtime, Path(scratch), stop, TIMES, step))
        say(f"{task.task.name}: {found.fault or f'sound, {TIMES} of {TIMES}'}")
        return task.task.name, found.fault and f"{found.state}: {found.reason}"

    try:
        with ThreadPoolExecutor(jobs) as pool:
            return {name: fault for name, fault in pool.map(check, tasks) if fault}
    except GraderError:
        if stop.is_set():
            raise KeyboardInterrupt from None
        raise
