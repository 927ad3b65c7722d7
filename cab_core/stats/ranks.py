"""Leaderboards: who leads on the same tasks, and who cannot be told apart from the leader."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

import attrs

from cab_core.records import Configuration

from .comparison import pair
from .paired import ERROR, probability
from .summary import Summary
from .tally import settled


@attrs.frozen(kw_only=True)
class Ranking:
    """Configurations with verdicts on the same tasks, the highest rate first, each with its rank.

    Rank 1 have the leader and all that the test cannot tell from it; rank 2 the best of the others and all
    that it cannot tell from that one, and so on. Lines of one rank may still differ. One of a later rank does
    worse than the first of each rank before, and not always than the others of these. `ranks` are None where
    no result could tell any two lines apart: that takes `needed` tasks or families.
    """

    tasks: int
    families: int
    needed: int
    ranks: dict[Configuration, int | None]

    @property
    def comparisons(self) -> int:
        """How many pairs there are to compare."""
        return _pairs(len(self.ranks))


def rankings(lines: Mapping[Configuration, Summary]) -> list[Ranking]:
    """Return a ranking for each set of tasks that lines have verdicts on; that of most lines and tasks first.

    A line without a verdict is in none. That a line is set behind one that does no better, where it is said
    to be behind it, has a probability of 5% at most for all rankings together: Holm's correction counts every
    pair of lines that have the same tasks (S. Holm, "A simple sequentially rejective multiple test
    procedure", 1979); pairs that no rank asks for are taken not to differ.
    """
    groups: dict[frozenset[str], dict[Configuration, Summary]] = {}
    for config, summary in lines.items():
        if summary.n:
            groups.setdefault(frozenset(summary.by_task), {})[config] = summary
    comparisons = sum(_pairs(len(group)) for group in groups.values())
    order = sorted(groups.items(), key=lambda g: (-len(g[1]), -len(g[0]), sorted(g[0])))
    return [_ranking(len(tasks), group, comparisons) for tasks, group in order]


def _ranking(tasks: int, group: Mapping[Configuration, Summary], comparisons: int) -> Ranking:
    first = next(iter(group.values()))
    # That n signs are all alike has p = 2 / 2^n.
    needed = math.ceil(math.log2(2 * max(comparisons, 1) / ERROR))
    ranks: dict[Configuration, int | None] = {**_ranks(group, comparisons)}
    if first.on == "like" and first.units < needed:
        ranks = dict.fromkeys(ranks)
    return Ranking(tasks=tasks, families=first.units, needed=needed, ranks=ranks)


def _ranks(group: Mapping[Configuration, Summary], comparisons: int) -> dict[Configuration, int]:
    left = sorted(group, key=lambda c: (-_share(group[c]), c))
    ranks: dict[Configuration, int] = {}
    told, rank = 0, 0
    while left:
        rank += 1
        leaders = [c for c in left if _share(group[c]) == _share(group[left[0]])]
        behind = _behind(group, leaders, [c for c in left if c not in leaders], comparisons - told)
        told += len(behind)
        ranks |= dict.fromkeys((c for c in left if c not in behind), rank)
        left = [c for c in left if c in behind]
    return {c: ranks[c] for c in sorted(group, key=lambda c: (-_share(group[c]), ranks[c], c))}


def _behind(
    group: Mapping[Configuration, Summary],
    leaders: Sequence[Configuration],
    others: Sequence[Configuration],
    comparisons: int,
) -> set[Configuration]:
    """Return those that the test tells from each leader, by Holm's steps among that many comparisons."""
    likely = ERROR / max(comparisons - len(others) + 1, 1)  # above it none is told, wherever it comes
    found = sorted((max(_p(group[lead], group[c], likely) for lead in leaders), c) for c in others)
    behind: set[Configuration] = set()
    for p, config in found:
        if p > ERROR / max(comparisons - len(behind), 1):
            break
        behind.add(config)
    return behind


def _p(a: Summary, b: Summary, enough: Fraction) -> Fraction:
    pairs = pair({(t,): v for t, v in a.by_task.items()}, {(t,): v for t, v in b.by_task.items()})
    families = settled([*a.families.items(), *b.families.items()])
    return probability(pairs, families, a.on, enough)


def _share(summary: Summary) -> Fraction:
    return summary.share or Fraction(0)


def _pairs(n: int) -> int:
    return n * (n - 1) // 2
