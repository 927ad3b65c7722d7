"""Cells to figures: what is counted, what is left out and why, the rate and its interval."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from functools import cached_property
from statistics import fmean, median

import attrs

from cab_core.records import OUTCOMES, CellResult, Configuration
from cab_core.records.marks import marks_together

from .intervals import Interval, cluster_bootstrap, wilson


@attrs.frozen(kw_only=True)
class Verdict:
    """What a cell adds to a figure. `passed` is None where the outcome is not counted.

    `tokens_at_least` is known where `tokens` are not, and is part of no figure.
    """

    config: Configuration
    task: str
    outcome: str
    passed: bool | None
    marks: tuple[str, ...] = ()
    tokens: int | None = None
    tokens_at_least: int | None = None
    wall_ms: float | None = None
    blast_radius: float | None = None
    composite: float | None = None
    usd: float | None = None
    voided: tuple[str, ...] = ()


def verdict_of(result: CellResult) -> Verdict:
    """Return what a cell adds. A counted outcome without a grade, such as a crash, is not solved."""
    cell = result.cell
    counted = OUTCOMES[result.outcome].counted
    heads = result.headlines
    return Verdict(
        config=cell.configuration,
        task=cell.task,
        outcome=result.outcome,
        passed=_solved(result.outcome, heads.get("pass_rate")) if counted else None,
        marks=result.all_marks,
        tokens=result.tokens.total,
        tokens_at_least=result.tokens.at_least,
        wall_ms=heads.get("latency"),
        blast_radius=heads.get("blast_radius"),
        composite=heads.get("composite"),
        usd=result.tokens.usd,
        voided=result.voided,
    )


def _solved(outcome: str, pass_rate: float | None) -> bool:
    """The outcome says it. A limit, a crash and a refusal do not: there the grader's figure does."""
    return outcome == "passed" if outcome in ("passed", "failed") else pass_rate == 1


@attrs.frozen(kw_only=True, slots=False)
class Summary:
    """Figures of a group of cells. The rate is the mean over tasks of each task's own rate.

    `attempts` counts cells, `n` tasks that have a verdict; `excluded` says how many cells were left out,
    by outcome; `marks` are those of the group (see `marks_together`). `voided` counts earlier tries of the
    counted cells, by outcome: whoever can make its failures void has as many tries as somebody is willing
    to run.
    """

    n: int
    attempts: int
    solved: int
    rate: float | None
    excluded: dict[str, int]
    voided: dict[str, int]
    marks: tuple[str, ...]
    by_task: dict[str, tuple[bool, ...]] = attrs.field(repr=False)
    tokens_per_solved: float | None = None
    wall_ms: float | None = None
    blast_radius: float | None = None
    composite: float | None = None
    usd: float | None = None

    @cached_property
    def interval(self) -> Interval | None:
        """Wilson where each task has one counted attempt, else cluster bootstrap by task."""
        if self.attempts == self.n:
            return wilson(self.solved, self.n)
        return cluster_bootstrap([[float(v) for v in values] for values in self.by_task.values()])

    @property
    def why_excluded(self) -> str:
        """The excluded cells in words; empty where none was."""
        return _in_words(self.excluded)

    @property
    def why_voided(self) -> str:
        """The voided tries in words; empty where none was."""
        return _in_words(self.voided)


def summarise(verdicts: Iterable[Verdict]) -> Summary:
    """Return the figures of these cells.

    Tokens per solved task are all tokens of the counted cells / the number solved, None where nothing
    was solved or any cell's tokens are unknown. Wall time is the median, blast radius and composite are
    means, each None where any counted cell's is unknown: what is unknown depends on how the cell went.
    """
    found = list(verdicts)
    counted = [v for v in found if v.passed is not None]
    by_task: dict[str, tuple[bool, ...]] = {}
    for v in sorted(counted, key=lambda v: v.task):
        by_task[v.task] = (*by_task.get(v.task, ()), bool(v.passed))
    solved = sum(bool(v.passed) for v in counted)
    return Summary(
        n=len(by_task),
        attempts=len(counted),
        solved=solved,
        rate=fmean(fmean(values) for values in by_task.values()) if by_task else None,
        excluded=dict(sorted(Counter(v.outcome for v in found if v.passed is None).items())),
        voided=dict(sorted(Counter(outcome for v in counted for outcome in v.voided).items())),
        marks=marks_together(v.marks for v in counted or found),
        by_task=by_task,
        tokens_per_solved=_total([v.tokens for v in counted], solved),
        wall_ms=_middle([v.wall_ms for v in counted], median),
        blast_radius=_middle([v.blast_radius for v in counted], fmean),
        composite=_middle([v.composite for v in counted], fmean),
        usd=_total([v.usd for v in counted], 1),
    )


def _in_words(outcomes: dict[str, int]) -> str:
    return "; ".join(f"{n} × {outcome}: {OUTCOMES[outcome].says}" for outcome, n in outcomes.items())


def configurations(verdicts: Iterable[Verdict]) -> dict[Configuration, list[Verdict]]:
    """Group by configuration, in the order of their names."""
    groups: dict[Configuration, list[Verdict]] = {}
    for v in verdicts:
        groups.setdefault(v.config, []).append(v)
    return dict(sorted(groups.items()))


def _total(amounts: list[int | None] | list[float | None], solved: int) -> float | None:
    known = [a for a in amounts if a is not None]
    return sum(known) / solved if solved and known and len(known) == len(amounts) else None


def _middle(amounts: list[float | None], middle: Callable[[list[float]], float]) -> float | None:
    known = [a for a in amounts if a is not None]
    return float(middle(known)) if known and len(known) == len(amounts) else None
