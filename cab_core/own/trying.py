"""One mutant held against the tests: killed, or why it is no task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import attrs

from .bench import Bench, Ran
from .failing import how, tail
from .ground import Ground
from .languages import is_test, language_of
from .mutants import Mutant

# `refused`: the compiler does not take it. `not_loaded`: no test of those that pass otherwise was run at all.
Verdict = Literal["killed", "survived", "timed_out", "refused", "not_loaded", "leaks"]
_ENOUGH = 40  # tests that run a line, of which one must fail before all are run
_TELLING = 40  # characters, of which it can be said that they stand in a second place
_NEAR = ("line", "file", "source", "test")  # where a failure lies, seen from the mutation


@attrs.frozen(kw_only=True)
class Tried:
    """What came of a mutant. `killing`: the tests that fail; `still`: those that pass; `said`: how they fail.

    `distance`: where the nearest failure is raised: on the line itself, in its file, elsewhere in the source,
    or in a test alone; None where it is not known. `lines_run`: how many lines of the package the most
    particular of those tests runs, among which the cause is to be found; None where it is not measured.
    """

    mutant: Mutant
    verdict: Verdict
    detail: str = ""
    killing: tuple[str, ...] = ()
    still: tuple[str, ...] = ()
    said: Mapping[str, str] = attrs.field(factory=dict)
    printed: str = ""
    distance: str | None = None
    lines_run: int | None = None


def try_mutant(mutant: Mutant, ground: Ground, place: Bench, texts: Mapping[str, bytes]) -> Tried:
    """Run the tests with a mutant in its place. `texts`: see `all_texts`."""
    if other := _stands_elsewhere(mutant, ground, texts):
        return Tried(mutant=mutant, verdict="leaks", detail=f"its original stands in {other}")
    file = ground.files[mutant.path]
    changed = mutant.apply(file.data)
    if why := _refused(mutant.path, changed):
        return Tried(mutant=mutant, verdict="refused", detail=why)
    place.put({mutant.path: attrs.evolve(file, data=changed)})
    try:
        return _run(mutant, ground, place)
    finally:
        place.put({mutant.path: file})


def all_texts(ground: Ground) -> dict[str, bytes]:
    """Return the files' texts, with single blanks, in which the original of a mutant is looked for."""
    return {
        p: b" ".join(f.data.split()) for p, f in ground.files.items() if not f.link and len(f.data) < 1 << 20
    }


def _run(mutant: Mutant, ground: Ground, place: Bench) -> Tried:
    runner, limit = ground.runner, ground.timeout_s
    near = ground.running(mutant.path, mutant.line, mutant.last)
    if near and 2 * len(near) < len(ground.tests):
        ran = place.run(runner.command(near[:_ENOUGH], options=("-x",)), limit)
        if ran.timed_out:
            return Tried(mutant=mutant, verdict="timed_out")
        if ran.why is None:
            return Tried(mutant=mutant, verdict="survived", detail=f"of {len(near)} tests that run it")
    command = runner.command(ground.graded(mutant.path)[0])
    return _judged(mutant, ground, place.run(command, limit, watch=runner.is_pytest))


def _judged(mutant: Mutant, ground: Ground, ran: Ran) -> Tried:
    if ran.timed_out:
        return Tried(mutant=mutant, verdict="timed_out")
    language = language_of(mutant.path)
    if language and language.refused and (said := language.refused.search(ran.output)):
        return Tried(mutant=mutant, verdict="refused", detail=said[0].splitlines()[0][:200])
    named, tests = ground.runner.kind != "exit", ground.graded(mutant.path)[1]
    if named and not tests & set(ran.tests):
        return Tried(mutant=mutant, verdict="not_loaded", detail=(ran.why or "")[:200])
    killing = tuple(sorted(tests - ran.passed()))
    if not killing if named else ran.why is None:
        return Tried(mutant=mutant, verdict="survived")
    command = ground.runner.command()
    return Tried(
        mutant=mutant,
        verdict="killed",
        killing=killing,
        still=tuple(sorted(tests & ran.passed())),
        said=how(command, ran, mutant.path),
        printed="" if named else tail(ran, mutant.path),
        distance=_distance(mutant, ran, killing),
        lines_run=_lines_run(ground, ran, killing),
    )


def _distance(mutant: Mutant, ran: Ran, killing: tuple[str, ...]) -> str | None:
    seen = ran.watched["tests"]
    found = [_place(mutant, seen[t]["frames"][-1]) for t in killing if seen.get(t, {}).get("frames")]
    return min(found, key=_NEAR.index) if found else None


def _place(mutant: Mutant, frame: list[object]) -> str:
    path, line = str(frame[0]), frame[1]
    if path == mutant.path:
        return "line" if line == mutant.line else "file"
    return "test" if is_test(path) else "source"


def _lines_run(ground: Ground, ran: Ran, killing: tuple[str, ...]) -> int | None:
    counts, seen = ground.lines_run(), ran.watched["tests"]
    found = [counts[seen[t]["nodeid"]] for t in killing if t in seen and seen[t]["nodeid"] in counts]
    return min(found, default=None)


def _refused(path: str, data: bytes) -> str | None:
    if not path.endswith(".py"):
        return None
    try:
        compile(data, path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as exc:
        return str(exc)
    return None


def _stands_elsewhere(mutant: Mutant, ground: Ground, texts: Mapping[str, bytes]) -> str | None:
    """Return where else the lines around the original stand: there is the answer."""
    data = ground.files[mutant.path].data
    around = _around(data.split(b"\n"), mutant.line - 1, mutant.last)
    if around in b" ".join(mutant.apply(data).split()):
        return f"{mutant.path} a second time"
    return next((path for path, text in texts.items() if path != mutant.path and around in text), None)


def _around(lines: Sequence[bytes], first: int, last: int) -> bytes:
    """Return lines with as many around them as make them tell: a lone `return 0;` stands everywhere."""
    for more in range(1, len(lines) + 1):
        found = b" ".join(b"\n".join(lines[max(0, first - more) : last + more]).split())
        if len(found) >= _TELLING:
            return found
    return found
