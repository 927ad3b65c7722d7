"""`cab tasks mutate`: mutants that a repository's tests kill, each a task whose solution is the original."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from queue import SimpleQueue
from typing import Any

from cab_core.errors import UserError

from .bench import Bench, bench
from .ground import Ground, look
from .languages import is_package
from .mutant_task import task_of
from .mutants import Mutant, in_turn, mutants_of
from .pack import Draft, make_place
from .sampled import (
    Asked,
    Made,
    collect,
    counted,
    facts_of,
    ground_facts,
    none_sound,
    runner_here,
    side_by_side,
    told,
    write,
)
from .trying import Tried, all_texts, try_mutant

_TRIED_FOR_EACH = 12  # mutants at most, for each task that is asked for


def mutate(asked: Asked, seed: int) -> Made:
    """Write a pack of mutants of a repository as it is at HEAD.

    Raises:
        UserError: there is nothing to mutate, the tests do not pass, or no mutant makes a sound task.
    """
    make_place(asked.target)
    snapshot, runner = asked.snapshot, runner_here(asked)
    source = [(p, f.data) for p, f in sorted(snapshot.files.items()) if is_package(p) and not f.link]
    everything = [mutant for path, data in source for mutant in mutants_of(path, data)]
    if not everything:
        raise UserError(
            f"{asked.repository.name}: there is no source in a known language to make a mutant of"
        )
    asked.say(f"{len(everything)} mutants; running the tests as they are")
    with asked.doing("the tests as they are"):
        ground = look(snapshot.files, runner, asked.runtime, asked.stop, asked.environment, lines=True)
    run = [m for m in everything if _is_run(m, ground)]
    trial = _Trial(asked, ground, in_turn(run, seed)[: asked.most * _TRIED_FOR_EACH])
    sound, unsound = collect(asked, trial.drafts())
    dropped = counted([*trial.why_not(), *("not_sound" for _ in unsound)])
    if not sound:
        raise none_sound("mutant", _why_none(trial, dropped), ground)
    looked_at = _looked_at(trial, seed, len(everything), len(run))
    notes = {"dropped": dropped, "not_sound": unsound, "notes": [*snapshot.notes, *ground.notes]}
    manifest = facts_of(asked, ground.runner, {**looked_at, **notes})
    write(asked, f"Mutants of {asked.repository.name}", sound, manifest, {})
    return Made(tasks=tuple(d.name for d in sound), dropped=dropped, notes=(*snapshot.notes, *ground.notes))


def _why_none(trial: _Trial, dropped: Mapping[str, int]) -> str:
    """Return why there is no task. Tests that notice nothing were perhaps not run at all."""
    if not dropped:
        return "the tests run none of the source"
    ground = trial.ground
    if ground.runner.kind != "exit" or "not_sound" in dropped or "survived" not in dropped:
        return told(dropped)
    return (
        f"whatever is changed, `{ground.runner.typed}` ends well ({told(dropped)}), and what it prints names "
        f"no test: does it run a test of this source? Its last words:\n{ground.printed}\n"
        "Say with --tests 'COMMAND' what runs the tests"
    )


class _Trial:
    """Mutants held against the tests, in an order that is given. `tried`: what came of those so far."""

    def __init__(self, asked: Asked, ground: Ground, order: Sequence[Mutant]) -> None:
        self.ground = ground
        self.tried: list[Tried] = []
        self._asked, self._order = asked, order

    def drafts(self) -> Iterator[Draft]:
        """Yield a task for each mutant that is killed, as they are asked for."""
        repository, tests = self._asked.repository.name, self._asked.tests or self.ground.runner.typed
        for tried in self._try_all():
            self.tried.append(tried)
            if tried.verdict == "killed":
                self._asked.say(f"{tried.mutant.name}: killed by {len(tried.killing) or 'the command'}")
                yield task_of(tried, self.ground, repository, self._asked.head, tests)

    def why_not(self) -> list[str]:
        """Return the verdicts of those that were not killed."""
        return [t.verdict for t in self.tried if t.verdict != "killed"]

    def _try_all(self) -> Iterator[Tried]:
        asked, ground, texts = self._asked, self.ground, all_texts(self.ground)
        free: SimpleQueue[Bench] = SimpleQueue()
        needs = ground.runner.needs(asked.environment)

        def attempt(mutant: Mutant) -> Tried:
            place = free.get()
            try:
                with asked.doing(mutant.name):
                    return try_mutant(mutant, ground, place, texts)
            finally:
                free.put(place)

        with ExitStack() as stack:
            for _ in range(asked.jobs):
                made = bench(ground.files, asked.runtime, needs, asked.stop)
                free.put(stack.enter_context(made))
            yield from side_by_side(asked.jobs, attempt, self._order)


def _is_run(mutant: Mutant, ground: Ground) -> bool:
    covered = ground.covered(mutant.path)
    if mutant.path in ground.installed:
        return False
    return covered is None or bool(covered & set(range(mutant.line, mutant.last + 1)))


def _looked_at(trial: _Trial, seed: int, mutants: int, run: int) -> dict[str, Any]:
    ground, tried = trial.ground, trial.tried
    measured = ground.lines is not None
    return {
        "kind": "mutate",
        "seed": seed,
        **ground_facts(ground),
        "lines": "those that the tests run, by coverage.py" if measured else "all: nothing measures them",
        "mutants": {"in_all": mutants, "on_those_lines": run, "tried": len(tried)},
        "by_operator": _by_operator(tried),
        "tried": [_row(t) for t in tried if t.verdict != "killed"],
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
