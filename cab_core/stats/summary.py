"""Cells to figures: what is counted, what is left out and why, the rate and its interval."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import cached_property

import attrs

from cab_core.records import OUTCOMES, CellSummary, Configuration
from cab_core.records.marks import marks_together

from .figures import Figure, Reading, cost_figure, mean_figure, median_figure
from .intervals import Interval, mean_interval, trials_interval
from .tally import On, Tally, mean_rate, settled, tallies, trials


@attrs.frozen(kw_only=True)
class Verdict:
    """What a cell adds to a figure. `passed` is None where the outcome is not counted.

    `tokens_at_least` is known where `tokens` are not, and is part of no figure. `spent_tokens` and
    `spent_usd` are the cell's and those of its earlier tries in vain. `family` is that of the task, which
    is the task itself where it has none.
    """

    config: Configuration
    task: str
    family: str = attrs.field(default=attrs.Factory(lambda self: self.task, takes_self=True))
    outcome: str
    passed: bool | None
    marks: tuple[str, ...] = ()
    tokens: int | None = None
    tokens_at_least: int | None = None
    wall_ms: float | None = None
    blast_radius: float | None = None
    composite: float | None = None
    spent_tokens: int | None = None
    spent_usd: float | None = None
    voided: tuple[str, ...] = ()
    scripted: bool = False


def verdict_of(result: CellSummary) -> Verdict:
    """Return what a cell adds. A counted outcome without a grade, such as a crash, is not solved."""
    cell = result.cell
    heads = result.headlines
    return Verdict(
        config=cell.configuration,
        task=cell.task,
        family=result.family,
        outcome=result.outcome,
        passed=result.solved,
        marks=result.all_marks,
        tokens=result.tokens.total,
        tokens_at_least=result.tokens.at_least,
        wall_ms=heads.get("latency"),
        blast_radius=heads.get("blast_radius"),
        composite=heads.get("composite"),
        spent_tokens=result.spent_tokens,
        spent_usd=result.spent_usd,
        voided=result.voided,
        scripted=result.scripted,
    )


@attrs.frozen(kw_only=True, slots=False)
class Summary:
    """Figures of a group of cells, by what they are to be for (see `tally.ESTIMANDS`).

    `excluded` says how many cells were left out, by outcome; `marks` are those of the group (see
    `marks_together`). `voided` counts earlier tries of the counted cells, by outcome: whoever can make its
    failures void has as many tries as somebody is willing to run.
    """

    on: On
    counted: tuple[Verdict, ...] = attrs.field(repr=False)
    excluded: dict[str, int]
    voided: dict[str, int]
    marks: tuple[str, ...]

    @cached_property
    def by_task(self) -> dict[str, Tally]:
        """Solved and counted cells of each task that has a verdict."""
        return tallies((v.task, bool(v.passed)) for v in self.counted)

    @cached_property
    def families(self) -> dict[str, str]:
        """The family of each task that has a verdict."""
        return settled((v.task, v.family) for v in self.counted)

    @property
    def scripted(self) -> bool:
        """Whether a scripted model is among those that gave these verdicts."""
        return any(v.scripted for v in self.counted)

    @property
    def n(self) -> int:
        """How many tasks have a verdict."""
        return len(self.by_task)

    @cached_property
    def units(self) -> int:
        """How many families these make."""
        return len(set(self.families.values()))

    @property
    def attempts(self) -> int:
        """How many cells are counted."""
        return len(self.counted)

    @property
    def solved(self) -> int:
        """How many cells were solved."""
        return sum(tally.solved for tally in self.by_task.values())

    @cached_property
    def share(self) -> Fraction | None:
        """The rate, exactly: the mean over tasks of each task's own rate."""
        return mean_rate(self.by_task.values())

    @property
    def rate(self) -> float | None:
        """The rate."""
        return None if self.share is None else float(self.share)

    @cached_property
    def interval(self) -> Interval | None:
        """The interval of the rate; None where no task has a verdict."""
        if self.share is None:
            return None
        if self.on == "these":
            worth = trials((Fraction(1, self.n), t) for t in self.by_task.values())
            return trials_interval(float(self.share), worth, self.units)
        totals: dict[str, tuple[Fraction, int]] = {}
        for task, tally in self.by_task.items():
            total, tasks = totals.get(self.families[task], (Fraction(0), 0))
            totals[self.families[task]] = (total + tally.rate, tasks + 1)
        return mean_interval([(float(y), float(z)) for y, z in totals.values()], self.attempts)

    @cached_property
    def tokens_per_solved(self) -> Figure:
        """Tokens spent for each task solved, tries in vain included."""
        return cost_figure(self._readings(lambda v: v.spent_tokens))

    @cached_property
    def usd_per_solved(self) -> Figure:
        """US dollars spent for each task solved, tries in vain included."""
        return cost_figure(self._readings(lambda v: v.spent_usd))

    @cached_property
    def wall_ms(self) -> Figure:
        """The median over tasks of the CLI's own time, in milliseconds."""
        return median_figure(self._readings(lambda v: v.wall_ms))

    @cached_property
    def blast_radius(self) -> Figure:
        """The mean over tasks of the share of unexpected changes."""
        return mean_figure(self._readings(lambda v: v.blast_radius))

    @cached_property
    def composite(self) -> Figure:
        """The mean over tasks of the composite."""
        return mean_figure(self._readings(lambda v: v.composite))

    @property
    def why_excluded(self) -> str:
        """The excluded cells in words; empty where none was."""
        return _in_words(self.excluded)

    @property
    def why_voided(self) -> str:
        """The voided tries in words; empty where none was."""
        return _in_words(self.voided)

    def _readings(self, value: Callable[[Verdict], float | None]) -> list[Reading]:
        return [Reading(v.task, self.families[v.task], bool(v.passed), value(v)) for v in self.counted]


FIGURES = ("tokens_per_solved", "usd_per_solved", "wall_ms", "blast_radius", "composite")


def summarise(verdicts: Iterable[Verdict], on: On = "like") -> Summary:
    """Return the figures of these cells."""
    found = list(verdicts)
    counted = tuple(v for v in found if v.passed is not None)
    return Summary(
        on=on,
        counted=counted,
        excluded=dict(sorted(Counter(v.outcome for v in found if v.passed is None).items())),
        voided=dict(sorted(Counter(outcome for v in counted for outcome in v.voided).items())),
        marks=marks_together(v.marks for v in counted or found),
    )


def _in_words(outcomes: dict[str, int]) -> str:
    return "; ".join(f"{n} × {outcome}: {OUTCOMES[outcome].says}" for outcome, n in outcomes.items())


def configurations(verdicts: Iterable[Verdict]) -> dict[Configuration, list[Verdict]]:
    """Group by configuration, in the order of their names."""
    groups: dict[Configuration, list[Verdict]] = {}
    for v in verdicts:
        groups.setdefault(v.config, []).append(v)
    return dict(sorted(groups.items()))
