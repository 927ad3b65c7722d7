"""Stage `score`: every axis out of the evidence, and rescoring of cells that are on disk."""

from __future__ import annotations

from collections.abc import Sequence

from cab_core.plugins.protocols import Scorer
from cab_core.records import Evidence, Score

from .findings import blame


def score(evidence: Evidence, scorers: Sequence[Scorer]) -> dict[str, Score]:
    """Return the scores by axis; `scorers` stand in an order that respects their needs.

    Raises:
        PluginCrash: a scorer raised.
    """
    scores: dict[str, Score] = {}
    for scorer in scorers:
        with blame(f"axis {scorer.axis}"):
            scores[scorer.axis] = scorer.score(evidence, {n: scores[n] for n in scorer.needs})
    return scores
