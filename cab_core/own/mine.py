"""`cab tasks mine`: commits of a repository's history whose own tests fail before them and pass after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs

from cab_core.errors import UserError
from cab_core.records import GradeCommand, GradeSpec

from .bench import Ran, bench
from .commit_task import task_of
from .commits import Change, Commit, as_module, change_of, commits, prompt_of
from .ground import MANY, Ground, look, named
from .languages import is_package, is_test
from .pack import Draft, make_place
from .prompts import FILE, not_used, read_prompts, text_of
from .repository import Files
from .runner import Runner, runner_of
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

_ENDLESS = "its tests do not end in time"
_TIMES_SLOWER = 3  # than the newest commit's tests an older one's may be


@attrs.frozen(kw_only=True)
class Looked:
    """What came of a commit: a task, or why it is none."""

    commit: Commit
    why: str | None = None
    detail: str = ""
    draft: Draft | None = None


def mine(asked: Asked, since: str | None) -> Made:
    """Write a pack of the commits of a repository, the newest first.

    Raises:
        UserError: the tests do not run as they are, or no commit makes a sound task.
    """
    make_place(asked.target)
    snapshot = asked.snapshot
    runner = runner_here(asked)
    with asked.doing("the tests as they are"):
        ground = look(snapshot.files, runner, asked.runtime, asked.stop, asked.environment)
    miner = _Miner(asked, ground, read_prompts(asked.target))
    sound, unsound = collect(asked, miner.drafts(since))
    dropped = counted([*miner.why_not(), *("not sound" for _ in unsound)])
    notes = (*snapshot.notes, *ground.notes, *not_used(miner.prompts, miner.why_none(), miner.known))
    if not sound:
        raise none_sound("commit", told(dropped) if dropped else "there is none", ground)
    looked_at = {"kind": "mine", "since": since, **ground_facts(ground), "looked_at": len(miner.looked)}
    more = {
        "dropped": dropped,
        "not_sound": unsound,
        "tried": miner.rows(),
        "notes": list(notes),
    }
    prompts = {**miner.prompts, **{d.name: d.doc.prompt for d in sound}}
    title = f"Commits of {asked.repository.name}"
    write(
        asked, title, sound, facts_of(asked, ground.runner, {**looked_at, **more}), {FILE: text_of(prompts)}
    )
    return Made(tasks=tuple(d.name for d in sound), dropped=dropped, notes=notes)


class _Miner:
    """Commits held against their own tests. `looked`: what came of those so far."""

    def __init__(self, asked: Asked, ground: Ground, prompts: Mapping[str, str]) -> None:
        self.looked: list[Looked] = []
        self.known: frozenset[str] = frozenset()  # names of all commits
        self.prompts = prompts
        self._asked, self._ground = asked, ground

    def drafts(self, since: str | None) -> Iterator[Draft]:
        """Yield a task for each commit that makes one, as they are asked for."""
        found = list(commits(self._asked.repository, since))
        self.known = frozenset(commit.name for commit in found)
        for looked in side_by_side(self._asked.jobs, self._look, found):
            self.looked.append(looked)
            if looked.draft is not None:
                self._asked.say(f"{looked.draft.name}: {looked.detail}")
                yield looked.draft

    def why_not(self) -> list[str]:
        """Return why commits are no tasks."""
        return [looked.why for looked in self.looked if looked.why is not None]

    def why_none(self) -> dict[str, str]:
        """Return by its name why a commit is no task."""
        return {looked.commit.name: looked.why for looked in self.looked if looked.why is not None}

    def rows(self) -> list[dict[str, str]]:
        """Return what a manifest says of those whose tests were run in vain."""
        run = [x for x in self.looked if x.why is not None and x.commit.why_not is None]
        return [{"commit": x.commit.sha, "why": x.why or "", "detail": x.detail} for x in run]

    def _look(self, commit: Commit) -> Looked:
        if commit.why_not is not None:
            return Looked(commit=commit, why=commit.why_not)
        try:
            change = change_of(self._files(commit.parent), self._files(commit.sha))
        except UserError as exc:
            return Looked(commit=commit, why="cannot be read", detail=str(exc))
        if not any(is_package(path) for path in change.touched):
            return Looked(commit=commit, why="changes no source of the package")
        if links := [path for path, file in change.solution.items() if file.link]:
            return Looked(commit=commit, why="changes symbolic links", detail=", ".join(links[:5]))
        if there := sorted(set(change.touched) & self._ground.installed.keys()):
            return Looked(commit=commit, why="its source is installed, too", detail=", ".join(there[:5]))
        with self._asked.doing(commit.name):
            return self._run(commit, change)

    def _files(self, sha: str) -> Files:
        return as_module(self._asked.repository.at(sha).files, self._asked.snapshot.files)

    def _run(self, commit: Commit, change: Change) -> Looked:
        """Run the tests of a commit without its solution and with it, first those alone that it changes.

        Of many tests these alone are graded: what they say, all others have said once.
        """
        runner, limit = self._runner(change), _TIMES_SLOWER * self._ground.timeout_s
        needs = runner.needs(self._asked.environment)
        own = tuple(p for p in sorted(change.hidden) if _holds_tests(p)) if runner.is_pytest else runner.paths
        with bench(change.unsolved, self._asked.runtime, needs, self._asked.stop) as place:
            before = place.run(runner.command(own), limit)
            if before.timed_out:
                return Looked(commit=commit, why=_ENDLESS)
            place.put(change.solved)
            after = place.run(runner.command(own), limit)
            whole = before, after
            if own != runner.paths and _no_task(runner, before, after) is None:
                after_all = place.run(runner.command(), limit)
                if after_all.timed_out:
                    return Looked(commit=commit, why=_ENDLESS)
                place.put({path: change.unsolved.get(path) for path in change.touched})
                whole = place.run(runner.command(), limit), after_all
        if why := _no_task(runner, *whole):
            return Looked(commit=commit, why=why, detail=(whole[1].why or "")[:200])
        if lost := named(whole[0]) - named(whole[1]):
            return Looked(commit=commit, why="it breaks tests", detail=", ".join(sorted(lost)[:5]))
        if len(named(whole[1])) > MANY:
            return self._task(commit, change, runner.command(own, *_lists(before, after)))
        return self._task(commit, change, runner.command(None, *_lists(*whole)))

    def _runner(self, change: Change) -> Runner:
        """Return what runs the tests of an older commit: as of the newest, with the paths that it has."""
        known, asked = self._ground.runner, self._asked
        runner = runner_of(asked.tests or known.typed, change.unsolved, asked.requires)
        return attrs.evolve(runner, kind=known.kind, style=known.style)

    def _task(self, commit: Commit, change: Change, command: GradeCommand) -> Looked:
        tests, ground = self._asked.tests or self._ground.runner.typed, self._ground
        prompt = self.prompts.get(commit.name) or prompt_of(commit.message, tests)
        requires = ground.runner.requires
        grade = GradeSpec(commands=(command,), requires=requires, timeout_s=ground.grade_s)
        name = self._asked.repository.name
        try:
            draft = task_of(commit, change, name, prompt, grade, ground.by_products)
        except UserError as exc:
            return Looked(commit=commit, why="cannot be written as a patch", detail=str(exc))
        said = f"{len(command.fail_to_pass) or 'its'} tests fail before and pass after"
        return Looked(commit=commit, detail=said, draft=draft)


def _lists(before: Ran, after: Ran) -> tuple[frozenset[str], frozenset[str]]:
    """Return the tests that fail before and pass after, and those that pass both times."""
    return named(after) - named(before), named(after) & named(before)


def _no_task(runner: Runner, before: Ran, after: Ran) -> str | None:
    if before.timed_out or after.timed_out:
        return _ENDLESS
    if runner.kind == "exit":
        return (
            "its tests pass before it"
            if before.why is None
            else "its tests fail after it"
            if after.why
            else None
        )
    if not named(after):
        return "its tests do not run here"
    return None if named(after) - named(before) else "no test fails before it and passes after"


def _holds_tests(path: str) -> bool:
    return is_test(path) and path.endswith(".py") and not path.endswith(("conftest.py", "__init__.py"))
