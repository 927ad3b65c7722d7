"""Solved of counted cells, by task, and what a figure is an estimate of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Literal

import attrs

On = Literal["like", "these"]

# What the figures of a table are about, for every page and table.
ESTIMANDS: dict[On, str] = {
    "like": "Rates and intervals are for tasks like these; related tasks count as drawn together.",
    "these": "Rates and intervals are for exactly these tasks, at other attempts.",
}


@attrs.frozen
class Tally:
    """How many cells were solved, of those that count."""

    solved: int
    counted: int

    @property
    def rate(self) -> Fraction:
        """Solved / counted, as an exact fraction."""
        return Fraction(self.solved, self.counted)


Tallies = Mapping[str, Tally]
Families = Mapping[str, str]


def tallies(verdicts: Iterable[tuple[str, bool]]) -> dict[str, Tally]:
    """Count by task."""
    found: dict[str, list[bool]] = {}
    for task, solved in verdicts:
        found.setdefault(task, []).append(solved)
    return {task: Tally(sum(cells), len(cells)) for task, cells in sorted(found.items())}


def settled(families: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the family of each task, which cells of different times may tell differently.

    A family that is named stands before the task itself, and of several the last by name: whose cells come
    first has no influence.
    """
    found: dict[str, str] = {}
    for task, family in families:
        found[task] = max(found.get(task, family), family, key=lambda name: (name != task, name))
    return found


def mean_rate(tasks: Iterable[Tally]) -> Fraction | None:
    """Return the mean of the tasks' rates, exactly; None without a task."""
    rates = [task.rate for task in tasks]
    return sum(rates, Fraction(0)) / len(rates) if rates else None


def trials(weighted: Iterable[tuple[Fraction, Tally]]) -> float:
    """Return how many equal trials a mean of rates with weights w, Σ w = 1, is worth.

    That is 1 / Σ w² / m, for m cells each. Where tasks have different numbers of cells, those with few may be
    the ones that vary: then it is at most r (1 - r) / Σ w² q (1 - q) / m, with q the rate of the cells of all
    tasks with that many (and of two more, one of them solved), and r the mean of these.
    """
    groups: dict[tuple[Fraction, int], list[int]] = {}
    for weight, tally in weighted:
        groups.setdefault((weight, tally.counted), []).append(tally.solved)
    plain, mean, variance = Fraction(0), Fraction(0), Fraction(0)
    for (weight, cells), solved in groups.items():
        q = Fraction(sum(solved) + 1, len(solved) * cells + 2)
        share = len(solved) * weight * weight / cells
        plain, mean, variance = plain + share, mean + len(solved) * weight * q, variance + share * q * (1 - q)
    return float(min(1 / plain, mean * (1 - mean) / variance))
