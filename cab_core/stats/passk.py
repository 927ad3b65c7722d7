"""Whether one of k attempts solves a task, and whether all of them do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import comb
from statistics import fmean

import attrs

from .intervals import Interval, mean_interval
from .tally import Families, Tally


def pass_at(tally: Tally, k: int) -> float:
    """Return pass@k, the chance that at least one of k attempts solves the task.

    1 - C(n - c, k) / C(n, k), of n attempts that count and c that solved it, which is without bias where 1 -
    (1 - c/n)^k is too low (M. Chen et al., "Evaluating large language models trained on code", 2021).
    """
    return 1 - comb(tally.counted - tally.solved, k) / comb(tally.counted, k)


def pass_all(tally: Tally, k: int) -> float:
    """Return pass^k, the chance that all of k attempts solve the task.

    C(c, k) / C(n, k) (S. Yao et al., "τ-bench", 2024).
    """
    return comb(tally.solved, k) / comb(tally.counted, k)


@attrs.frozen(kw_only=True)
class OfAttempts:
    """A figure of k attempts, the mean over `tasks`; None where no task has as many. `left_out`: fewer."""

    value: float | None
    interval: Interval | None
    tasks: int
    left_out: int


@attrs.frozen(kw_only=True)
class AtK:
    """Both figures of k attempts."""

    k: int
    pass_at: OfAttempts
    pass_all: OfAttempts


def at_k(tasks: Mapping[str, Tally], families: Families, k: int) -> AtK:
    """Return the figures of k attempts at these tasks, with intervals for tasks like these.

    The interval is that of a rate, clustered by family (`mean_interval`), where n attempts are worth n //
    k. A task with fewer than k counted attempts tells nothing of k, and is left out.
    """
    enough = {task: tally for task, tally in tasks.items() if tally.counted >= k}
    left_out = len(tasks) - len(enough)

    def figure(of: Callable[[Tally, int], float]) -> OfAttempts:
        units: dict[str, tuple[float, float]] = {}
        for task, tally in enough.items():
            family = families.get(task, task)
            total, n = units.get(family, (0.0, 0.0))
            units[family] = total + of(tally, k), n + 1
        values = [of(tally, k) for tally in enough.values()]
        worth = sum(tally.counted // k for tally in enough.values())
        return OfAttempts(
            value=fmean(values) if values else None,
            interval=mean_interval(list(units.values()), worth),
            tasks=len(enough),
            left_out=left_out,
        )

    return AtK(k=k, pass_at=figure(pass_at), pass_all=figure(pass_all))
