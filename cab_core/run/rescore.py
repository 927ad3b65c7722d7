"""The axes of a finished cell anew, out of what it recorded."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import attrs

from cab_core.gateway.session import new_token
from cab_core.plugins.protocols import Scorer
from cab_core.records import CellResult, Evidence
from cab_core.redaction import Redactor

from .cell_run import Findings
from .classify import classify
from .score import score
from .secrets import redactor_of

# How an earlier cab began the reason of a cell that it called void because a scorer had raised.
_VOIDED = ("plugin axis ", "the score of axis ")


def rescored(result: CellResult, evidence: Evidence, scorers: Sequence[Scorer]) -> CellResult:
    """Return the result with every axis that can be computed; what cannot be is kept as it was."""
    if result.outcome == "infra_plugin" and result.why.startswith(_VOIDED):
        outcome, why = classify(_findings(evidence))
        result = attrs.evolve(result, outcome=outcome, why=why)
        evidence = attrs.evolve(evidence, outcome=outcome)
    scored = score(evidence, scorers)
    scores = {**result.scores, **scored.scores}
    said = _hidden().record({**result.unscored, **scored.unscored})
    return attrs.evolve(
        result, scores=scores, unscored={axis: why for axis, why in said.items() if axis not in scores}
    )


@functools.cache
def _hidden() -> Redactor:
    """Return what takes out paths of this machine; a cell holds no secret any more."""
    return redactor_of((), new_token())


def _findings(evidence: Evidence) -> Findings:
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
