"""What is asked of `mutate` and `mine`, and what both do: tasks that are not sound five times are none."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import attrs

from cab_core.errors import UserError
from cab_core.plugins.protocols import Runtime, StopSignal
from cab_core.records import Environment, EnvironmentSpec
from cab_core.run.needs import unmet, versions_in
from cab_core.tasks.native import load_as_it_is

from .environment import environment_files
from .ground import Ground
from .pack import Draft, MadeWith, put_in_place, write_pack
from .repository import Repository, Snapshot
from .runner import Runner, runner_of
from .sound import TIMES, Doing, faults

T = TypeVar("T")
R = TypeVar("R")


@attrs.frozen(kw_only=True)
class Asked:
    """What a user asks for, of a `head` commit with its `snapshot`.

    `runtime` is where the repository's tests are run, also while tasks are looked for: nothing of it is
    started anywhere else. `recipe` is how the `environment` is made. `doing` shows what is under way.
    """

    repository: Repository
    head: str
    snapshot: Snapshot
    recipe: EnvironmentSpec | None
    environment: Environment | None
    target: Path
    tests: str | None
    most: int
    requires: tuple[str, ...]
    runtime: Runtime
    jobs: int
    stop: StopSignal
    say: Callable[[str], None]
    doing: Doing

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
        write_pack(Path(scratch) / "pack", asked.name, "drafts", drafts, {}, _made_with(asked))
        tasks = load_as_it_is(Path(scratch) / "pack")
        found = faults(tasks, asked.runtime, asked.jobs, asked.stop, asked.say, asked.doing)
    return [d for d in drafts if d.name not in found], found


def collect(asked: Asked, drafts: Iterator[Draft]) -> tuple[list[Draft], dict[str, str]]:
    """Take drafts until enough of them are sound; return these, and by name why others are not.

    Which they are depends on the order of the drafts, and not on the machine.
    """
    sound: list[Draft] = []
    unsound: dict[str, str] = {}
    while len(sound) < asked.most and (some := list(islice(drafts, asked.most - len(sound)))):
        good, bad = sound_ones(asked, some)
        sound += good
        unsound |= bad
    return sound, unsound


def side_by_side(jobs: int, work: Callable[[T], R], items: Sequence[T]) -> Iterator[R]:
    """Yield what comes of each item, in their order, some at a time; who stops taking ends it soon."""
    step = 2 * jobs
    with ThreadPoolExecutor(jobs) as pool:
        for first in range(0, len(items), step):
            yield from pool.map(work, items[first : first + step])


def write(
    asked: Asked, title: str, drafts: Sequence[Draft], manifest: Mapping[str, Any], files: Mapping[str, str]
) -> None:
    """Write the pack where it was asked for, whole or not at all; `files` are texts beside the manifest."""
    with tempfile.TemporaryDirectory(dir=asked.target.absolute().parent, prefix=".cab-own-") as scratch:
        made = Path(scratch) / "pack"
        write_pack(made, asked.name, title, drafts, manifest, _made_with(asked))
        for name, text in files.items():
            (made / name).write_text(text, encoding="utf-8")
        put_in_place(made, asked.target)


def runner_here(asked: Asked) -> Runner:
    """Return what runs the tests, once it is known that it can be had.

    Raises:
        UserError: nothing says how they are run, or what that needs is not there.
    """
    runner = runner_of(asked.tests, asked.snapshot.files, asked.requires)
    if why := unmet(asked.runtime, runner.needs(asked.environment), asked.say):
        raise UserError(f"the tests cannot be run in runtime {asked.runtime.name}: {why}")
    return runner


def none_sound(what: str, why: str, ground: Ground) -> UserError:
    """Return the error that nothing came of it, with what was noted on the way."""
    return UserError("\n".join([f"no {what} makes a sound task: {why}", *ground.notes]))


def told(dropped: Mapping[str, int]) -> str:
    """Return how many were dropped for which reasons, in words."""
    return ", ".join(f"{n} {reason.replace('_', ' ')}" for reason, n in dropped.items()) or "none"


def _made_with(asked: Asked) -> MadeWith | None:
    return (
        MadeWith(asked.recipe, environment_files(asked.recipe, asked.snapshot.files))
        if asked.recipe
        else None
    )


def counted(reasons: Iterable[str]) -> dict[str, int]:
    """Return how often each reason was given, the most frequent first."""
    counts: dict[str, int] = {}
    for reason in reasons:
        counts[reason] = counts.get(reason, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def ground_facts(ground: Ground) -> dict[str, Any]:
    """Return what a manifest says of the tests as they are."""
    return {
        "run_with": list(ground.runner.argv),
        "tests_that_pass": len(ground.tests) or None,
        "tests_left_out": {"failing": list(ground.failing), "unsteady": list(ground.unsteady)},
    }


def facts_of(asked: Asked, runner: Runner, more: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a manifest begins with. It holds no time and no path: the same again is the same bytes."""
    return {
        "schema_version": 1,
        "repository": asked.repository.name,
        "directory": asked.repository.prefix or ".",
        "commit": asked.head,
        "tests": asked.tests,
        "validated": {"times": TIMES, "runtime": asked.runtime.name},
        **_environment_facts(asked, runner),
        **more,
    }


def _environment_facts(asked: Asked, runner: Runner) -> dict[str, Any]:
    if asked.environment is None:
        return {}
    there = versions_in(asked.runtime, runner.needs(asked.environment))
    said = {"image": asked.environment.image, "setup": asked.environment.setup}
    return {"environment": {**said, "image_id": there.pop("environment", None), "toolchains": there}}
