"""A scorer over canned evidence: a figure of what is known, None of what is not, and the same everywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from cab_core.errors import CabError
from cab_core.plugins.protocols import Scorer
from cab_core.plugins.registry import Plugins
from cab_core.records import OUTCOMES, Evidence, Score, to_json

from . import evidence
from .look import Look
from .other_process import Trouble, scores_elsewhere
from .watch import beyond, watched

_BESIDES = "score(), given {}, {}; expected the figures to come from the evidence alone"
_ELSEWHERE = (
    " in another process, at another time, on a machine of another name; expected the same everywhere"
)


def faults(look: Look) -> Iterator[str]:
    """Yield what is wrong with a scorer."""
    told: list[str] = []
    usable = look.plugins.scorers(told.append)
    yield from (t for t in told if f"axis {look.row.name!r} is left out" in t)
    before = _before(look.made, usable)
    if before is None:
        return  # told already
    yield from look.ask(lambda: look.made.score(evidence.nothing(), _scores(before, evidence.nothing())))
    if look.thorough:
        yield from dict.fromkeys(_of_evidence(look, before))
        yield from _of_elsewhere(look, before)


def _before(scorer: Scorer, usable: list[Scorer]) -> list[Scorer] | None:
    """Return the scorers that come before one, in order, or None where it is left out."""
    axes = [other.axis for other in usable]
    return usable[: axes.index(scorer.axis)] if scorer.axis in axes else None


def _scores(scorers: list[Scorer], given: Evidence) -> dict[str, Score]:
    """Return what the scorers before say, as far as they say anything."""
    found: dict[str, Score] = {}
    for scorer in scorers:
        try:
            found[scorer.axis] = scorer.score(given, {n: found[n] for n in scorer.needs})
        except (CabError, KeyError):
            continue  # it is another's fault
    return found


def scores_of(plugins: Plugins, scorer: Scorer) -> Iterator[Score]:
    """Yield what a scorer makes of each canned evidence, as far as it makes anything of it."""
    before = _before(scorer, plugins.scorers())
    for _, given, scores in _cases(scorer, before or []):
        if (found := _score(scorer, given, scores)) is not None:
            yield found


def _cases(scorer: Scorer, before: list[Scorer]) -> Iterator[tuple[str, Evidence, dict[str, Score]]]:
    """Yield evidence, with what it is of and what the scorers that come before say of it."""
    for case, given in evidence.every():
        known = _scores(before, given)
        if set(scorer.needs) <= set(known):
            yield case, given, {name: known[name] for name in scorer.needs}


def _of_evidence(look: Look, before: list[Scorer]) -> Iterator[str]:
    keys: frozenset[str] | None = None
    units: set[str | None] = set()
    for case, given, scores in _cases(look.made, before):
        as_given = repr((given, scores))
        with watched() as notes:
            found = yield from look.ask(partial(look.made.score, given, scores), case)
        for did in beyond(notes, look.row.roots, look.roots_of("task_pack")):
            yield from look.once(did.partition(" ")[0], look.fault(_BESIDES.format(case, did), "score"))
        if found is None:
            continue
        units |= {found.unit} if found.headline is not None else set()
        keys = keys if keys is not None else frozenset(found.values)
        wrong = list(_of_score(found, keys))
        if _score(look.made, given, scores) != found:
            wrong.append("gives another score the second time; expected the same for the same evidence")
        if repr((given, scores)) != as_given:
            wrong.append("changes what it was given; expected it to be left alone")
        if case.startswith("nothing") and not OUTCOMES[given.outcome].counted and found.headline is not None:
            wrong.append(f"has the headline {found.headline}; expected None, which is unknown")
        for said in wrong:
            yield from look.once(said[:12], look.fault(f"score(), given {case}, {said}", "score"))
    if len(units) > 1:
        named = " and ".join(sorted(repr(unit) for unit in units))
        yield look.fault(f"score() gives its headline the units {named}; expected one unit always", "score")


def _of_elsewhere(look: Look, before: list[Scorer]) -> Iterator[str]:
    """Yield what differs where nothing but the evidence is the same: a reader scores it anew somewhere."""
    if look.row.registration is None:
        return
    cases = list(_cases(look.made, before))
    here = [(case, given, scores, _score(look.made, given, scores)) for case, given, scores in cases]
    known = [
        (case, given, scores, to_json(found)) for case, given, scores, found in here if found is not None
    ]
    try:
        there = scores_elsewhere(look.row.registration, [(given, scores) for _, given, scores, _ in known])
    except Trouble as exc:
        yield look.fault(f"cannot be made in another process: {exc}")
        return
    yield from _differences(look, [(case, score) for case, *_, score in known], there or ())


def _differences(look: Look, here: Sequence[tuple[str, Any]], there: Sequence[Any]) -> Iterator[str]:
    for (case, score), other in zip(here, there, strict=False):
        if score != other:
            told = other if isinstance(other, str) else f"gives {_headline(other)}, here {_headline(score)}"
            yield look.fault(f"score(), given {case}, {told}{_ELSEWHERE}", "score")
            return


def _headline(score: Any) -> str:
    return f"{score['headline']} {score['values']}"[:120]


def _score(scorer: Any, given: Evidence, scores: Mapping[str, Score]) -> Score | None:
    try:
        found: Score = scorer.score(given, scores)
    except CabError:
        return None  # told already
    return found


def _of_score(found: Score, keys: frozenset[str]) -> Iterator[str]:
    """Yield what is wrong with the form of a score."""
    if odd := sorted(keys ^ set(found.values)):
        yield f"has other keys than else: {', '.join(odd)}; expected all of them always, None where unknown"
    if found.headline is not None and found.headline not in found.values.values():
        yield f"has the headline {found.headline}, which none of its values is; expected one of them"
