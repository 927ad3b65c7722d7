"""Axis `integrity`: only for tasks that watch files which must stay as they are."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping

from cab_core import Evidence, Score


class Integrity:
    """`integrity` is 1 where nothing watched was touched, 0 where something was.

    It is None where nothing touched was seen, and not all that is watched could be looked at.
    """

    axis = "integrity"
    needs = ()

    def score(self, evidence: Evidence, scores: Mapping[str, Score]) -> Score:
        """Score one cell. A task without watched files has the neutral 1 and no headline."""
        spec, changes = evidence.task.doc.integrity, evidence.changes
        touched: list[str] = []
        value: int | None = 1
        if spec is not None:
            paths = [c.path for c in changes.changes] if changes else []
            touched = sorted(p for p in paths if any(fnmatch.fnmatchcase(p, w) for w in spec.watched))
            seen = changes is not None and changes.knows("watched")
            value = 0 if touched else 1 if seen else None
        return Score(
            axis=self.axis,
            headline=None if spec is None else value,
            values={
                "integrity": value,
                "not_applicable": spec is None,
                "task_id": evidence.task.id,
                "touched": touched,
            },
        )
