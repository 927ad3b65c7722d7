"""Leaderboards: who leads on the same tasks, and who cannot be told apart from the leader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

import attrs

from cab_core.records import Configuration

from .compare import pair
from .paired import ERROR, probability
from .summary import Summary
from .tally import settled


@attrs.frozen(kw_only=True)
class Ranking:
    """Configurations with verdicts on the same tasks, the highest rate first, each with its rank.

    Rank 1 have the leader and all that the test cannot tell from it; rank 2 the best of the others and all
    that it cannot tell from that one, and so on. Whoever has a lower rate than one of its rank may be as
    good; whoever has a later rank does worse than the first of each rank before.
    """

    tasks: int
    ranks: dict[Configuration, int]

    @property
    def comparisons(self) -> int:
        """How many pairs there are to compare."""
        return _pairs(len(self.ranks))


def rankings(lines: Mapping[Configuration, Summary]) -> list[Ranking]:
    """Return a ranking for each set of tasks that lines have verdicts on; that of most lines and tasks first.

    A line without a verdict is in none. The ranks of all are wrong in any place with a probability of at most
    5%: Holm's correction counts every pair of lines that have the same tasks (S. Holm, "A simple sequentially
    rejective multiple test procedure", 1979); pairs that no rank asks for are taken not to differ.
    """
    groups: dict[frozenset[str], dict[Configuration, Summary]] = {}
    for config, summary in lines.items():
        if summary.n:
            groups.setdefault(frozenset(summary.by_task), {})[config] = summary
    comparisons = sum(_pairs(len(group)) for group in groups.values())
    order = sorted(groups.items(), key=lambda g: (-len(g[1]), -len(g[0]), sorted(g[0])))
    return [Ranking(tasks=len(tasks), ranks=_ranks(group, comparisons)) for tasks, group in order]


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
    others: Iterable[Configuration],
    comparisons: int,
) -> set[Configuration]:
    """Return those that the test tells from a leader, by Holm's steps among that many comparisons."""
    found = sorted((min(_p(group[lead], group[c]) for lead in leaders), c) for c in others)
    behind: set[Configuration] = set()
    for p, config in found:
        enough = ERROR / max(comparisons - len(behind), 1)
        if p > enough:
            break
        behind.add(config)
    return behind


def _p(a: Summary, b: Summary) -> Fraction:
    pairs = pair({(t,): v for t, v in a.by_task.items()}, {(t,): v for t, v in b.by_task.items()})
    families = settled([*a.families.items(), *b.families.items()])
    return probability(pairs, families, a.on, enough=ERROR)


def _share(summary: Summary) -> Fraction:
    return summary.share or Fraction(0)


def _pairs(n: int) -> int:
    return n * (n - 1) // 2
