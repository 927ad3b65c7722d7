"""The axes of a finished cell anew, out of what it recorded."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

import attrs

from cab_core.gateway.session import new_token
from cab_core.plugins.protocols import Scorer
from cab_core.records import CellResult, Evidence
from cab_core.records.result import Rescored
from cab_core.redaction import Redactor
from cab_core.trace.clock import utc_now

from .cell_run import Findings
from .classify import classify
from .score import score
from .secrets import redactor_of

Tell = Callable[[str, str], None]
# How an earlier cab began the reason of a cell that it called void because a scorer had raised.
_VOIDED = ("plugin axis ", "the score of axis ")


def rescored(
    result: CellResult, evidence: Evidence, scorers: Sequence[Scorer], kept: Tell = lambda axis, why: None
) -> CellResult:
    """Return the result with every axis that can be computed; what cannot be is kept as it was.

    `kept` is told each axis whose scorer failed and whose figure therefore stays, with why.
    """
    before = result
    if result.outcome == "infra_plugin" and result.why.startswith(_VOIDED):
        outcome, why = classify(findings_of(evidence))
        result = attrs.evolve(result, outcome=outcome, why=why)
        evidence = attrs.evolve(evidence, outcome=outcome)
    scored = score(evidence, scorers)
    scores = {**result.scores, **scored.scores}
    said = _hidden().record({**result.unscored, **scored.unscored})
    unscored = {axis: why for axis, why in said.items() if axis not in scores}
    for axis in scored.unscored.keys() & scores.keys():
        kept(axis, said[axis])
    return _told(before, attrs.evolve(result, scores=scores, unscored=unscored))


def _told(before: CellResult, found: CellResult) -> CellResult:
    """Keep in the result what the run itself had said, where that is no longer what it says."""
    if found == before:
        return found
    was = before.rescored
    then = {axis: s.headline for axis, s in before.scores.items()} | (was.headlines if was else {})
    others = {axis: head for axis, head in then.items() if head != found.scores[axis].headline}
    outcome = was.outcome if was else before.outcome
    if outcome == found.outcome and not others:
        return attrs.evolve(found, rescored=None)
    return attrs.evolve(found, rescored=Rescored(at=utc_now(), outcome=outcome, headlines=others))


@functools.cache
def _hidden() -> Redactor:
    """Return what takes out paths of this machine; a cell holds no secret any more."""
    return redactor_of((), new_token())


def findings_of(evidence: Evidence) -> Findings:
    """Return what a run had found, out of what it recorded."""
    return Findings(
        execution=evidence.execution,
        harvest=evidence.harvest,
        calls=evidence.calls,
        changes=evidence.changes,
        grade=evidence.grade,
        refusal=evidence.refusal,
        wall_ms=evidence.wall_ms,
        observed=evidence.observed,
    )
