"""Closed lists: the outcomes, the marks of a cell, the columns of a table of cells."""

from __future__ import annotations

from cab_core.export.columns import COLUMNS, AxisColumn, Column
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


def columns_text() -> str:
    """Return the columns of `cab export`, in their order."""
    rows = ["| column | type | unit | means | empty where | of |", "| --- | --- | --- | --- | --- | --- |"]
    rows += [_column(c.name, c, c.path) for c in COLUMNS]
    rows.append(_column("axis_NAME", AxisColumn(""), "scores.NAME.headline"))
    about = (
        "One row a cell, by the try that stands; a column for each axis comes last. What is unknown is empty "
        "(CSV) or null (JSON lines, Parquet), and never 0. A column of type json holds a list or an object "
        "(CSV and Parquet: as text in JSON). Times are UTC, ISO 8601. `of` is the field of `cell.json` "
        "(`cab reference cell`), or what the record makes of its fields."
    )
    return "\n\n".join((about, "\n".join(rows)))


def _column(name: str, column: Column | AxisColumn, path: str) -> str:
    said = (column.type, column.unit, column.says, column.empty or "never")
    return f"| `{name}` | " + " | ".join(part.replace("|", "\\|") for part in said) + f" | `{path}` |"
