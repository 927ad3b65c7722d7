"""Stage `score`: every axis out of the evidence, and rescoring of cells that are on disk."""

from __future__ import annotations

from collections.abc import Sequence

from cab_core.plugins.protocols import Scorer
from cab_core.records import Evidence, Score, to_json
from cab_core.records.schema import check
from cab_core.store.reading import check_readable

from .cell_run import plugin_errors


def score(evidence: Evidence, scorers: Sequence[Scorer]) -> dict[str, Score]:
    """Return the scores by axis; `scorers` stand in an order that respects their needs.

    Raises:
        PluginCrash: a scorer raised, or what it returned is no score.
    """
    scores: dict[str, Score] = {}
    for scorer in scorers:
        with plugin_errors(f"axis {scorer.axis}"):
            found = scorer.score(evidence, {n: scores[n] for n in scorer.needs})
            _check(found, scorer.axis)
        scores[scorer.axis] = found
    return scores


def _check(found: Score, axis: str) -> None:
    """A score must be one that can be written and read; else it takes the cell with it, and the sweep."""
    where = f"the score of axis {axis}"
    document = to_json(found)
    check(document, Score, where)
    check_readable(document, where)
