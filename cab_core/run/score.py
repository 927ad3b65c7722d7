"""Stage `score`: every axis out of the evidence, and rescoring of cells that are on disk."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from cab_core.errors import CabError
from cab_core.plugins.protocols import Scorer
from cab_core.records import Evidence, Score


@attrs.frozen(kw_only=True)
class Scored:
    """The axes that are known, and of each other one why it is not."""

    scores: dict[str, Score] = attrs.field(factory=dict)
    unscored: dict[str, str] = attrs.field(factory=dict)


def score(evidence: Evidence, scorers: Sequence[Scorer]) -> Scored:
    """Return the scores by axis; `scorers` stand in an order that respects their needs.

    A scorer that raises, or returns what is no score, costs its axis and those that need it, and no other.
    """
    found = Scored()
    for scorer in scorers:
        lacking = [n for n in scorer.needs if n not in found.scores]
        if lacking:
            found.unscored[scorer.axis] = f"it needs {', '.join(lacking)}, which is unknown"
            continue
        try:
            known = {n: found.scores[n] for n in scorer.needs}
            found.scores[scorer.axis] = scorer.score(evidence, known)
        except CabError as exc:
            found.unscored[scorer.axis] = str(exc)
    return found
