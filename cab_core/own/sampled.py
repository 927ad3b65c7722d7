"""What is asked of `mutate` and `mine`, and what both do: tasks that are not sound five times are none."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from cab_core.plugins.protocols import Runtime, StopSignal
from cab_core.tasks.native import load_as_it_is

from .pack import Draft, write_pack
from .repository import Repository
from .sound import TIMES, faults


@attrs.frozen(kw_only=True)
class Asked:
    """What a user asks for. `runtime` is where tasks are validated; tests are looked at on this machine."""

    repository: Repository
    target: Path
    tests: str | None
    most: int
    requires: tuple[str, ...]
    local: Runtime
    runtime: Runtime
    jobs: int
    stop: StopSignal
    say: Callable[[str], None]

    @property
    def name(self) -> str:
        """What the pack is called."""
        return self.target.name


@attrs.frozen(kw_only=True)
class Made:
    """What came of it: the tasks' names, why others were dropped (how many by reason), and what to know."""

    tasks: tuple[str, ...]
    dropped: Mapping[str, int]
    notes: tuple[str, ...]


def sound_ones(asked: Asked, drafts: Sequence[Draft]) -> tuple[list[Draft], dict[str, str]]:
    """Validate drafts; return the sound ones, and by name why the others are not."""
    with tempfile.TemporaryDirectory(prefix="cab-own-") as scratch:
        write_pack(Path(scratch) / "pack", asked.name, "drafts", drafts, {})
        tasks = load_as_it_is(Path(scratch) / "pack")
        found = faults(tasks, asked.runtime, asked.jobs, asked.stop, asked.say)
    return [d for d in drafts if d.name not in found], found


def counted(reasons: Iterable[str]) -> dict[str, int]:
    """Return how often each reason was given, the most frequent first."""
    counts: dict[str, int] = {}
    for reason in reasons:
        counts[reason] = counts.get(reason, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def facts_of(asked: Asked, commit: str, more: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a manifest begins with. It holds no time and no path: the same again is the same bytes."""
    return {
        "schema_version": 1,
        "repository": asked.repository.name,
        "directory": asked.repository.prefix or ".",
        "commit": commit,
        "tests": asked.tests,
        "validated": {"times": TIMES, "runtime": asked.runtime.name},
        **more,
    }
