"""A scorer over canned evidence: a figure of what is known, and None of what is not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from cab_core.errors import CabError
from cab_core.plugins.protocols import Scorer
from cab_core.plugins.registry import Plugins
from cab_core.records import OUTCOMES, Evidence, Score

from . import evidence
from .look import Look


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
    for case, given, scores in _cases(look.made, before):
        as_given = repr((given, scores))
        found = yield from look.ask(partial(look.made.score, given, scores), case)
        if found is None:
            continue
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
