"""Ranks: by rate among lines with the same tasks; who cannot be told apart shares one."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.stats import Configuration, Ranking, Summary, Verdict, rankings, ranks, summarise

Line = list[tuple[int, int]]  # solved and counted cells of each task


def line(name: str, tasks: Line, first: int = 0, families: int = 0) -> Summary:
    """Return the summary of a configuration with these results, from task `first` on."""
    config = Configuration(tui=name, model="m")
    return summarise(
        Verdict(
            config=config,
            task=f"p/{first + i:03}",
            family=f"f/{i % families}" if families else f"p/{first + i:03}",
            outcome="passed" if j < solved else "failed",
            passed=j < solved,
        )
        for i, (solved, counted) in enumerate(tasks)
        for j in range(counted)
    )


def board(*lines: Summary) -> list[Ranking]:
    """Return the rankings of these lines."""
    return rankings({one.counted[0].config: one for one in lines})


def told(ranking: Ranking) -> dict[str, int | None]:
    """Return the ranks by name, in the order of the board."""
    return {config.tui: rank for config, rank in ranking.ranks.items()}


def test_the_perfect_line_is_first_and_the_order_is_that_of_the_rates() -> None:
    """Seven tasks, three attempts: 21 of 21, 20 of 21, two of three on every task."""
    (found,) = board(
        line("even", [(2, 3)] * 7), line("nearly", [(2, 3)] + [(3, 3)] * 6), line("perfect", [(3, 3)] * 7)
    )
    assert list(told(found)) == ["perfect", "nearly", "even"]
    assert (found.tasks, found.comparisons) == (7, 3)
    assert told(found)["perfect"] == 1


def test_seven_tasks_tell_lines_apart_among_three_pairs_and_not_among_six() -> None:
    """The least p of seven tasks is 1/64; Holm asks for 1/60 where there are three pairs, and for 1/120 where six.

    No result could be told then, so that there are no ranks, and it is said how many tasks it takes: eight.
    """
    (found,) = board(
        line("even", [(2, 3)] * 7), line("nearly", [(2, 3)] + [(3, 3)] * 6), line("perfect", [(3, 3)] * 7)
    )
    assert told(found) == {"perfect": 1, "nearly": 1, "even": 2}
    lines = [line(f"also {i}", [(3, 3)] * 7) for i in range(2)]
    (found,) = board(line("even", [(2, 3)] * 7), line("perfect", [(3, 3)] * 7), *lines)
    assert told(found) == {"also 0": None, "also 1": None, "perfect": None, "even": None}
    assert list(told(found))[-1] == "even"
    assert (found.families, found.needed) == (7, 8)
    lines = [line(f"also {i}", [(3, 3)] * 8) for i in range(2)]
    (found,) = board(line("even", [(2, 3)] * 8), line("perfect", [(3, 3)] * 8), *lines)
    assert told(found) == {"also 0": 1, "also 1": 1, "perfect": 1, "even": 2}


@pytest.mark.parametrize("tasks", range(6, 12))
@pytest.mark.parametrize("lines", [2, 3, 5, 10])
def test_there_are_ranks_just_where_some_result_could_decide(tasks: int, lines: int) -> None:
    """One line solves all and the others none, which is as clear as can be: told, or there are no ranks at all."""
    best, others = line("best", [(1, 1)] * tasks), [line(f"o{i}", [(0, 1)] * tasks) for i in range(lines - 1)]
    (found,) = board(best, *others)
    clear = Fraction(2, 2**tasks) <= Fraction(1, 20) / found.comparisons
    assert (tasks >= found.needed) == clear
    expected = [1] + [2] * (lines - 1) if clear else [None] * lines
    assert list(told(found).values()) == expected


def test_attempts_may_rank_the_few_tasks_that_it_is_about() -> None:
    """On exactly these tasks it is the cells that decide: two tasks of ten attempts each are enough."""
    best, worst = (line(name, [(k, 10)] * 2).counted for name, k in (("a", 10), ("b", 0)))
    (found,) = rankings({some[0].config: summarise(some, "these") for some in (best, worst)})
    assert told(found) == {"a": 1, "b": 2}


def test_a_leader_and_who_cannot_be_told_from_it_share_rank_1() -> None:
    """The next rank begins with the best of the others."""
    lines = {"best": 20, "close": 17, "behind": 9, "also behind": 8, "last": 0}
    (found,) = board(*(line(name, [(1, 1)] * k + [(0, 1)] * (20 - k)) for name, k in lines.items()))
    assert told(found) == {"best": 1, "close": 1, "behind": 2, "also behind": 2, "last": 3}


@given(st.permutations(["a", "b", "c", "d"]))
def test_ties_share_a_rank_whatever_the_names(names: list[str]) -> None:
    """Two leaders with the same rate on different tasks are one rank, and both count for those behind."""
    tasks: list[Line] = [
        [(1, 1)] * 19 + [(0, 1)],
        [(0, 1)] + [(1, 1)] * 19,
        [(0, 1)] * 20,
        [(1, 1)] * 2 + [(0, 1)] * 18,
    ]
    (found,) = board(*(line(name, one) for name, one in zip(names, tasks, strict=True)))
    by_name = told(found)
    assert [by_name[name] for name in names] == [1, 1, 2, 2]


@pytest.mark.parametrize("names", list(permutations(["a", "b", "c"])))
def test_who_is_told_from_every_leader_is_behind(names: tuple[str, ...]) -> None:
    """Of two leaders with the same rate one alone tells it: that is not enough, whatever the names.

    A rank says that a line does worse than the first of each rank before its own, which may be either.
    """
    steady: Line = [(9, 10)] * 8
    mixed: Line = [(10, 10)] * 4 + [(8, 10)] * 4
    third: Line = [(8, 10)] * 8
    one, other, behind = (
        line(name, tasks) for name, tasks in zip(names, (steady, mixed, third), strict=True)
    )
    assert told(board(one, behind)[0])[names[2]] == 2
    assert told(board(other, behind)[0])[names[2]] == 1
    (found,) = board(one, other, behind)
    assert list(told(found)) == [*sorted(names[:2]), names[2]]
    assert set(told(found).values()) == {1}


def test_lines_of_other_tasks_are_ranked_apart() -> None:
    """A rate on easy tasks says nothing beside one on hard ones; the ranking of most lines is first."""
    found = board(
        line("alone", [(1, 1)] * 30),
        line("one", [(1, 1)] * 10),
        line("two", [(0, 1)] * 10),
        line("moved", [(1, 1)] * 10, first=5),
    )
    assert [(r.tasks, set(told(r)), r.comparisons) for r in found] == [
        (10, {"one", "two"}, 1),
        (30, {"alone"}, 0),
        (10, {"moved"}, 0),
    ]


def test_a_line_without_a_verdict_is_in_no_ranking() -> None:
    """Nor is a board without lines one."""
    config = Configuration(tui="down", model="m")
    empty = summarise([Verdict(config=config, task="p/000", outcome="infra_upstream", passed=None)])
    assert board() == []
    assert [
        told(r) for r in rankings({config: empty, Configuration(tui="a", model="m"): line("a", [(1, 1)])})
    ] == [{"a": None}]


def test_every_pair_of_every_ranking_is_counted() -> None:
    """The more lines, of other tasks too, the more it takes; a line too many and nothing is told apart."""
    better, worse = line("better", [(1, 1)] * 10), line("worse", [(0, 1)] * 9 + [(1, 1)])  # p = 1/256
    others = [line(f"other {i}", [(1, 1)] * 4, first=50) for i in range(6)]
    for many, rank in ((4, 2), (5, 2), (6, 1)):  # 1 + 6, 10 and 15 pairs
        assert told(board(better, worse, *others[:many])[-1])["worse"] == rank
    third = [line(f"third {i}", [(1, 1)] * 3, first=80) for i in range(4)]
    found = board(better, worse, *others[:4], *third)  # 1 + 6 + 6 pairs
    assert [told(r)["worse"] for r in found if "worse" in told(r)] == [1]
    assert {(r.families, r.needed, *told(r).values()) for r in found if "worse" not in told(r)} == {
        (4, 10, *[None] * 4), (3, 10, *[None] * 4)
    }  # fmt: skip


def test_holm_counts_down() -> None:
    """Each pair that is told apart leaves one fewer to correct for: the last would fail among all three."""
    clear, unclear = Fraction(1, 20) / 3, Fraction(1, 20) / 2
    lines = [
        line("best", [(1, 1)] * 7),
        line("middle", [(1, 1)] * 1 + [(0, 1)] * 6),
        line("last", [(0, 1)] * 7),
    ]
    (found,) = board(*lines)
    p_last, p_middle = Fraction(2, 2**7), Fraction(2, 2**6)
    assert p_last <= clear and p_middle > unclear
    assert told(found) == {"best": 1, "middle": 1, "last": 2}
    lines = [
        line("best", [(1, 1)] * 8),
        line("middle", [(1, 1)] * 1 + [(0, 1)] * 7),
        line("last", [(0, 1)] * 8),
    ]
    assert Fraction(2, 2**8) <= clear and Fraction(2, 2**7) <= clear
    assert set(told(board(*lines)[0]).values()) == {1, 2}


def test_holm_counts_down_within_a_rank() -> None:
    """A p of 6/2⁸, 0.0234, is too much among three pairs and enough among the two that are left of them."""
    (found,) = board(
        line("best", [(3, 3)] * 6 + [(2, 3), (1, 3)]),
        line("second", [(0, 3)] * 6 + [(1, 3), (2, 3)]),
        line("last", [(0, 3)] * 8),
    )
    assert told(found)["best"] == 1
    assert told(found)["second"] > 1


def test_holm_counts_on_in_the_next_rank() -> None:
    """What the first rank told apart is no longer among the pairs that the second corrects for."""
    top, middle = [(1, 1)] * 16, [(1, 1)] * 7 + [(0, 1)] * 9
    (found,) = board(line("top", top), line("middle", middle), line("last", [(0, 1)] * 16))
    # top and middle: 2/2⁹; middle and last: 2/2⁷, 0.0156; among three pairs 0.0167 is enough, among one 0.05
    assert told(found) == {"top": 1, "middle": 2, "last": 3}
    few = [(1, 1)] * 6 + [(0, 1)] * 10
    (found,) = board(line("top", top), line("middle", few), line("last", [(0, 1)] * 16))
    # now 2/2⁶, 0.031: enough among the one that is left, and not among three
    assert told(found) == {"top": 1, "middle": 2, "last": 3}


def test_families_make_a_rank_hard_to_get() -> None:
    """Twenty tasks of three families tell nothing apart: that takes six."""
    best, worst = [(1, 1)] * 20, [(0, 1)] * 20
    assert told(board(line("best", best), line("worst", worst))[0])["worst"] == 2
    for families in (3, 5):
        (found,) = board(line("best", best, families=families), line("worst", worst, families=families))
        assert (told(found)["worst"], found.tasks, found.families, found.needed) == (None, 20, families, 6)
    assert told(board(line("best", best, families=6), line("worst", worst, families=6))[0])["worst"] == 2


def test_equal_rates_of_unequal_attempts_are_equal() -> None:
    """Two of six and one of three are one rank; neither order nor effort tells them apart."""
    (found,) = board(line("many", [(2, 6)] * 10), line("few", [(1, 3)] * 10))
    assert told(found) == {"few": 1, "many": 1}


@pytest.mark.parametrize("attempts", [1, 5])
def test_effort_does_not_move_a_rank(attempts: int) -> None:
    """Of two equal lines that with five attempts stands first about as often as the other, and both lead."""
    chance = random.Random(attempts)
    first = apart = 0
    for _ in range(300):
        easy = [chance.betavariate(0.5, 0.5) for _ in range(15)]
        lines = {
            name: [(sum(chance.random() < p for _ in range(m)), m) for p in easy]
            for name, m in (("much", 5), ("little", attempts))
        }
        (found,) = board(*(line(name, tasks) for name, tasks in lines.items()))
        ranks_of = told(found)
        rates = {name: sum(Fraction(k, m) for k, m in tasks) for name, tasks in lines.items()}
        first += rates["much"] > rates["little"]
        apart += len(set(ranks_of.values())) > 1
        assert next(iter(ranks_of)) == "much" or rates["much"] <= rates["little"]
    assert 0.4 * 300 < first < 0.6 * 300
    assert apart <= 0.08 * 300  # 5%, and three standard errors of 300 boards


def test_a_probability_that_is_large_is_not_worked_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test is told from where on it may stop."""
    asked = []
    monkeypatch.setattr(ranks, "probability", lambda *args: asked.append(args[3]) or Fraction(1))
    board(line("a", [(1, 1)] * 3), line("b", [(0, 1)] * 3))
    assert asked == [Fraction(1, 20)]
