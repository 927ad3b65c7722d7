"""Closed lists: the outcomes and the marks of a cell."""

from __future__ import annotations

from cab_core.records.marks import MARKS
from cab_core.records.outcomes import OUTCOMES, OutcomeRule

from .classes import meanings


def outcomes_text() -> str:
    """Return the outcomes in the order in which the first that applies is taken."""
    rules = meanings(OutcomeRule)
    head = [f"* {name}: {rules[name]}" for name in ("retry", "graded", "counted")]
    rows = ["| outcome | means | retry | graded | counted |", "| --- | --- | --- | --- | --- |"]
    for name, rule in OUTCOMES.items():
        said = " | ".join("yes" if had else "no" for had in (rule.retry, rule.graded, rule.counted))
        rows.append(f"| `{name}` | {rule.says} | {said} |")
    return "\n\n".join(("The first that applies is taken.", "\n".join(head), "\n".join(rows)))


def marks_text() -> str:
    """Return the marks of cells."""
    return "\n".join(f"* `{mark}`: {says}" for mark, says in MARKS.items())
