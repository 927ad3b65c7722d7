"""`cab tasks mutate`: mutants that a repository's tests kill, each a task whose solution is the original."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from cab_core.errors import UserError
from cab_core.tasks.toolchains import lacking

from .bench import Bench, bench
from .ground import Ground, look
from .languages import is_package
from .mutant_task import task_of
from .mutants import Mutant, in_turn, mutants_of
from .pack import Draft, make_place, put_in_place, write_pack
from .runner import runner_of
from .sampled import Asked, Made, counted, facts_of, sound_ones
from .trying import Tried, all_texts, try_mutant

_TRIED_FOR_EACH = 12  # mutants at most, for each task that is asked for


def mutate(asked: Asked, seed: int) -> Made:
    """Write a pack of mutants of a repository as it is at HEAD.

    Raises:
        UserError: there is nothing to mutate, the tests do not pass, or no mutant makes a sound task.
    """
    make_place(asked.target)
    commit = asked.repository.commit()
    snapshot = asked.repository.at(commit)
    runner = runner_of(asked.tests, snapshot.files, asked.requires)
    if why := lacking(runner.requires):
        raise UserError(f"the tests cannot be run on this machine: {why}")
    source = [(p, f.data) for p, f in sorted(snapshot.files.items()) if is_package(p) and not f.link]
    everything = [mutant for path, data in source for mutant in mutants_of(path, data)]
    if not everything:
        raise UserError(
            f"{asked.repository.name}: there is no source in a known language to make a mutant of"
        )
    asked.say(f"{len(everything)} mutants; running the tests as they are")
    ground = look(snapshot.files, runner, asked.local, asked.stop, lines=True)
    run = [m for m in everything if _is_run(m, ground)]
    found = _Found(asked, ground, commit, in_turn(run, seed)[: asked.most * _TRIED_FOR_EACH])
    found.find()
    if not found.sound:
        raise UserError(f"no mutant makes a sound task: {_said(found.dropped())}")
    manifest = facts_of(asked, commit, _looked_at(found, seed, everything, run, snapshot.notes))
    with tempfile.TemporaryDirectory(dir=asked.target.absolute().parent, prefix=".cab-own-") as scratch:
        title = f"Mutants of {asked.repository.name}"
        write_pack(Path(scratch) / "pack", asked.name, title, found.sound, manifest)
        put_in_place(Path(scratch) / "pack", asked.target)
    return Made(
        tasks=tuple(d.name for d in found.sound), dropped=found.dropped(), notes=tuple(manifest["notes"])
    )


class _Found:
    """The tasks that were found, and what came of each mutant that was tried, in its order."""

    def __init__(self, asked: Asked, ground: Ground, commit: str, order: Sequence[Mutant]) -> None:
        self.ground = ground
        self.tried: list[Tried] = []
        self.sound: list[Draft] = []
        self.unsound: dict[str, str] = {}
        self._asked, self._commit, self._order = asked, commit, order

    def find(self) -> None:
        """Try mutants until enough of them are sound tasks. Which they are does not depend on the machine."""
        asked = self._asked
        waiting: list[Draft] = []
        with ExitStack() as stack:
            for tried in self._try_all(stack):
                self.tried.append(tried)
                if tried.verdict == "killed":
                    waiting.append(self._task(tried))
                    asked.say(f"{tried.mutant.name}: killed by {len(tried.killing) or 'the command'}")
                if len(self.sound) + len(waiting) >= asked.most:
                    self._validate(waiting)
                    waiting = []
                if len(self.sound) >= asked.most:
                    return
        self._validate(waiting)

    def dropped(self) -> dict[str, int]:
        """Return how many mutants were dropped, by the reason."""
        verdicts = [t.verdict for t in self.tried if t.verdict != "killed"]
        return counted([*verdicts, *("not_sound" for _ in self.unsound)])

    def _validate(self, drafts: Sequence[Draft]) -> None:
        if drafts:
            sound, unsound = sound_ones(self._asked, drafts)
            self.sound += sound
            self.unsound |= unsound

    def _task(self, tried: Tried) -> Draft:
        repository, tests = self._asked.repository.name, self._asked.tests or self.ground.runner.typed
        return task_of(tried, self.ground, repository, self._commit, tests)

    def _try_all(self, stack: ExitStack) -> Iterator[Tried]:
        """Yield what comes of each mutant in its order, some at a time side by side."""
        asked, ground, texts = self._asked, self.ground, all_texts(self.ground)
        free: SimpleQueue[Bench] = SimpleQueue()
        for _ in range(asked.jobs):
            free.put(
                stack.enter_context(bench(ground.files, asked.local, ground.runner.requires, asked.stop))
            )

        def attempt(mutant: Mutant) -> Tried:
            place = free.get()
            try:
                return try_mutant(mutant, ground, place, texts)
            finally:
                free.put(place)

        pool = stack.enter_context(ThreadPoolExecutor(asked.jobs))
        step = 2 * asked.jobs
        for first in range(0, len(self._order), step):
            yield from pool.map(attempt, self._order[first : first + step])


def _is_run(mutant: Mutant, ground: Ground) -> bool:
    covered = ground.covered(mutant.path)
    return covered is None or bool(covered & set(range(mutant.line, mutant.last + 1)))


def _looked_at(
    found: _Found, seed: int, everything: Sequence[Mutant], run: Sequence[Mutant], notes: Sequence[str]
) -> dict[str, Any]:
    ground = found.ground
    lines = (
        "those that the tests run, by coverage.py"
        if ground.lines is not None
        else "all: nothing measures them"
    )
    return {
        "kind": "mutate",
        "seed": seed,
        "run_with": list(ground.runner.argv),
        "tests_that_pass": len(ground.tests) or None,
        "tests_left_out": {"failing": list(ground.failing), "unsteady": list(ground.unsteady)},
        "lines": lines,
        "mutants": {"in_all": len(everything), "on_those_lines": len(run), "tried": len(found.tried)},
        "by_operator": _by_operator(found.tried),
        "dropped": found.dropped(),
        "not_sound": found.unsound,
        "tried": [_row(t) for t in found.tried if t.verdict != "killed"],
        "notes": [*notes],
    }


def _by_operator(tried: Sequence[Tried]) -> dict[str, dict[str, int]]:
    names = sorted({t.mutant.operator for t in tried})
    return {
        name: dict(sorted(Counter(t.verdict for t in tried if t.mutant.operator == name).items()))
        for name in names
    }


def _row(tried: Tried) -> dict[str, Any]:
    m = tried.mutant
    said = {"detail": tried.detail} if tried.detail else {}
    return {"file": m.path, "line": m.line, "operator": m.operator, "verdict": tried.verdict, **said}


def _said(dropped: dict[str, int]) -> str:
    return ", ".join(f"{n} {reason}" for reason, n in dropped.items()) or "none was tried"
