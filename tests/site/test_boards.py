"""Leaderboards: the order, the ranks, which lines compare, and what is said beside a figure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import attrs
import pytest
from click.testing import CliRunner

from cab_core.cli import site as site_command
from cab_core.site.boards import Board, board
from cab_core.site.build import build_site
from cab_core.site.pages import Options
from cab_core.site.places import placed
from cab_core.site.rows import Row, load_rows
from cab_core.site.text import percent, span
from cab_core.stats import ESTIMANDS, On
from tests.site.made import Made


def cells(tui: str, *tasks: Sequence[int], pack: str = "p") -> list[Made]:
    """Return cells of a CLI: of each task its attempts, 1 where it was solved."""
    return [
        Made(tui=tui, task=f"{pack}/{i}", attempt=n, outcome="passed" if solved else "failed")
        for i, attempts in enumerate(tasks)
        for n, solved in enumerate(attempts, 1)
    ]


def rows_of(root: Path, made: Iterable[Made]) -> list[Row]:
    """Write cells; return their rows."""
    for cell in made:
        cell.write(root / "runs", checked=False)
    return placed(load_rows([root / "runs"]))


def board_of(root: Path, *lines: list[Made]) -> Board:
    """Return the leaderboard of these cells."""
    return board(rows_of(root, (cell for line in lines for cell in line)), Options())


def page_of(root: Path, *lines: list[Made], on: On = "like", page: str = "index.html") -> str:
    """Return a page of the site of these cells."""
    rows_of(root, (cell for line in lines for cell in line))
    return (build_site([root / "runs"], root / "site", on=on).parent / page).read_text()


def ranks(found: Board) -> list[tuple[str, int | None]]:
    """Return the CLIs of the only ranking with their ranks, in order."""
    [lines] = found.rankings
    return [(line.config.tui, line.rank) for line in lines]


def test_a_perfect_line_stands_first(tmp_path: Path) -> None:
    """Seven tasks, three attempts: all of 21, 20 of 21, and two of three on every task."""
    nearly = cells("aider", (1, 1, 0), *[(1, 1, 1)] * 6)
    even, perfect = cells("copilot", *[(1, 1, 0)] * 7), cells("opencode", *[(1, 1, 1)] * 7)
    found = board_of(tmp_path, nearly, even, perfect)
    assert [tui for tui, _ in ranks(found)] == ["opencode", "aider", "copilot"]
    assert dict(ranks(found))["opencode"] == 1 and found.comparisons == 3


def test_lines_that_the_test_cannot_tell_apart_share_a_rank(tmp_path: Path) -> None:
    """Equal ones and nearly equal ones; one that fails everywhere has the next."""
    same = [(1,)] * 9
    found = board_of(tmp_path, cells("a", *same, (1,)), cells("b", *same, (0,)), cells("c", *[(0,)] * 10))
    assert ranks(found) == [("a", 1), ("b", 1), ("c", 2)]
    assert [line.summary.rate for line in found.rankings[0]] == [1.0, 0.9, 0.0]


@pytest.mark.parametrize("often", ["aider", "opencode"])
def test_attempts_do_not_move_a_rank(tmp_path: Path, often: str) -> None:
    """Whichever of two CLIs with one rate has five attempts a task, the board is the same."""
    once = [(1,), (1,), (0,), (0,)] * 2
    lines = [cells(t, *((a * 5 if t == often else a) for a in once)) for t in ("opencode", "aider")]
    assert ranks(board_of(tmp_path, *lines)) == [("aider", 1), ("opencode", 1)]


def test_a_line_with_other_tasks_stands_apart(tmp_path: Path) -> None:
    """Its rate does not compare; neither does a line without a verdict."""
    lines = [cells(tui, *[(1,)] * 6, (0,)) for tui in ("aider", "opencode")]
    none = Made(tui="broken", task="p/0", outcome="infra_upstream")
    lines += [cells("copilot", *[(1,)] * 8), [none]]
    found = board_of(tmp_path, *lines)
    assert ranks(found) == [("aider", 1), ("opencode", 1)] and found.comparisons == 1
    assert [(line.config.tui, line.rank) for line in found.unranked] == [("copilot", None), ("broken", None)]


def test_each_set_of_tasks_has_a_table(tmp_path: Path) -> None:
    """With its tasks by name, and the lines that are in none behind them."""
    lines = [cells(tui, *[(1,)] * 8, (0,)) for tui in ("a", "b")]
    lines += [cells(tui, *[(1,)] * 8, (0,), pack="q") for tui in ("c", "d", "e")]
    page = page_of(tmp_path, *lines, cells("f", (1,)))
    first, second, last = page.partition("<h2>Latest")[0].split("<h2>")[1:]
    assert first.startswith("On these 9 tasks") and "<code>q/1</code>" in first and ">c × " in first
    assert second.startswith("On these 9 tasks") and "<code>p/1</code>" in second and ">a × " in second
    assert last.startswith("Not ranked") and "rates on other tasks do not compare" in last and ">f × " in last
    assert "Rank</th>" in first and "Rank</th>" not in last
    assert "once all 4 comparisons of this page are allowed for" in page and "that it is one of 4." in page


def test_one_ranking_needs_no_headings(tmp_path: Path) -> None:
    """Of two lines alone there is one comparison, and nothing to pick from."""
    page = page_of(tmp_path, cells("aider", *[(1,)] * 6), cells("opencode", *[(0,)] * 6))
    assert "On these" not in page and "Not ranked" not in page and "is one of" not in page
    assert "at most 5%" in page and "Compare two</a>" in page and "allowed for" not in page


def test_a_board_that_nothing_could_decide_has_no_ranks(tmp_path: Path) -> None:
    """Ten lines at eight tasks, one that solves all and nine that solve none: that takes eleven tasks."""
    lines = [cells("best", *[(1,)] * 8), *(cells(f"o{i}", *[(0,)] * 8) for i in range(9))]
    page = page_of(tmp_path, *lines)
    assert (
        "No rank: with 8 tasks and 45 comparisons no result could tell any two of these lines apart; "
        "at least 11 are needed." in page
    )
    assert "Rank 1" not in page and "at most 5%" not in page and "The order is by rate" in page
    found = board(placed(load_rows([tmp_path / "runs"])), Options())
    assert {rank for _, rank in ranks(found)} == {None} and ranks(found)[0][0] == "best"
    assert (found.needed, found.decidable) == (11, False)


def test_a_board_of_few_families_has_no_ranks(tmp_path: Path) -> None:
    """Whatever the number of their tasks."""
    made = [
        attrs.evolve(cell, family=f"p:{i % 4}")
        for tui, solved in (("a", 1), ("b", 0))
        for i, cell in enumerate(cells(tui, *[(solved,)] * 20))
    ]
    assert "No rank: with 4 families of tasks and 1 comparison no result could tell" in page_of(
        tmp_path, made
    )


PAGES = ("index.html", "pack/p/index.html", "matrix.html", "config/aider/acme/coder-1/index.html")


@pytest.mark.parametrize("on", ["like", "these"])
@pytest.mark.parametrize("page", PAGES)
def test_what_a_rate_is_for_stands_at_each_table_and_on_each_page(tmp_path: Path, on: On, page: str) -> None:
    """In the words of the choice, and of no other."""
    text = page_of(tmp_path, cells("aider", (1,), (0,)), on=on, page=page)
    above, _, foot = text.partition("<footer>")
    assert ESTIMANDS[on] in above and ESTIMANDS[on] in foot
    assert not any(says in text for other, says in ESTIMANDS.items() if other != on)


def test_the_command_hands_the_choice_on(tmp_path: Path) -> None:
    """`cab site build --on these` makes other intervals than without it."""
    rows_of(tmp_path, cells("aider", (1, 1, 1), (0, 0, 0), (1, 1, 0), (1, 0, 0)))
    found = []
    for on in ("like", "these"):
        args = ["build", str(tmp_path / "runs"), "-o", str(tmp_path / on), "--on", on]
        assert CliRunner().invoke(site_command.command, args, catch_exceptions=False).exit_code == 0
        found.append(re.findall(r"[\d.]+–[\d.]+%", (tmp_path / on / "index.html").read_text()))
    assert found[0] and found[1] and found[0] != found[1]


@pytest.mark.parametrize(("tasks", "weak"), [(3, True), (4, False)])
@pytest.mark.parametrize("page", PAGES)
def test_an_interval_of_few_tasks_is_weak(tmp_path: Path, tasks: int, weak: bool, page: str) -> None:
    """There, and in a legend that says what that means."""
    text = page_of(tmp_path, cells("aider", *[(1,)] * tasks), page=page)
    assert (text.count("weak</span>") >= 2) == ("less often than 95%" in text) == weak


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("related", [True, False])
def test_related_tasks_are_said(tmp_path: Path, page: str, related: bool) -> None:
    """How many families stands with how many tasks."""
    made = cells("aider", (1,), (0,), (1,))
    if related:
        made[:2] = [attrs.evolve(cell, family="p:one") for cell in made[:2]]
    assert ("2 families" in page_of(tmp_path, made, page=page)) == related


def test_a_task_s_page_says_its_family(tmp_path: Path) -> None:
    """Where it has one."""
    made = [attrs.evolve(cell, family="p:<b>") for cell in cells("aider", (1,))]
    assert "<dt>family</dt><dd>p:&lt;b&gt;</dd>" in page_of(tmp_path / "a", made, page="task/p/0/index.html")
    alone = page_of(tmp_path / "b", cells("aider", (1,)), page="task/p/0/index.html")
    assert "<dt>family</dt>" not in alone


def figures(root: Path, page: str, *known: bool) -> str:
    """Return a page about tasks of which the tokens are known, or not."""
    made = [attrs.evolve(c, tokens=(100, 20) if k else None)
            for c, k in zip(cells("aider", *[(1,)] * len(known)), known, strict=True)]  # fmt: skip
    return page_of(root, made, page=page)


@pytest.mark.parametrize("page", [PAGES[0], PAGES[3]])
def test_how_much_of_a_figure_is_known_is_said(tmp_path: Path, page: str) -> None:
    """Beside its value, with how the others are taken."""
    text = figures(tmp_path, page, True, True, True, False)
    assert re.search(
        r'>120 <span class="said">120–[\d,]+</span> <span class="said">3 of 4 known</span>', text
    )
    assert "Known of some cells alone" in text


@pytest.mark.parametrize("page", [PAGES[0], PAGES[3]])
def test_a_figure_that_is_known_too_little_is_a_dash(tmp_path: Path, page: str) -> None:
    """What is known of it is told all the same; where all is known nothing is."""
    assert '>– <span class="said">1 of 4 known</span>' in figures(tmp_path / "a", page, True, *[False] * 3)
    all_known = figures(tmp_path / "b", page, *[True] * 4)
    assert " known</span>" not in all_known and "Known of some cells alone" not in all_known


@pytest.mark.parametrize("usd", [None, 0.25])
def test_dollars_have_a_column_where_a_line_knows_them(tmp_path: Path, usd: float | None) -> None:
    """On a leaderboard and on a configuration's page."""
    made = [attrs.evolve(cell, usd=usd) for cell in cells("aider", (1,), (0,))]
    for page in (PAGES[0], PAGES[3]):
        text = page_of(tmp_path, made, page=page)
        assert ("USD/solved" in text) == (">0.500 <" in text) == (usd is not None)


def test_a_field_of_the_matrix_has_its_interval(tmp_path: Path) -> None:
    """Below the rate and the number of tasks."""
    rows = rows_of(tmp_path, cells("aider", (1,), (1,), (0,), (0,)))
    text = page_of(tmp_path, page="matrix.html")
    assert '50% <span class="small">of 4</span>' in text
    assert span(Options().summary(rows).interval) in text


def test_a_task_s_share_is_no_rate_of_a_configuration(tmp_path: Path) -> None:
    """It is of all of them together, which is said."""
    text = page_of(tmp_path, cells("aider", (1, 1)), cells("opencode", (0,)), page="task/p/0/index.html")
    assert (
        "2 of 3 counted cells solved it, 67%, without scripted models. They are of 2 configurations" in text
    )


@pytest.mark.parametrize("on", ["like", "these"])
def test_the_method_is_told_for_either_question(tmp_path: Path, on: On) -> None:
    """Unequal attempts take both tests in either case; weak are intervals for tasks like these alone."""
    text = page_of(tmp_path, cells("aider", (1,)), on=on, page="method.html")
    assert "Where a task has more attempts on one side" in text and "the larger p counts" in text
    assert ("<em>weak</em>" in text) == (on == "like")


def test_percentages_round_as_a_browser_does() -> None:
    """Halves go away from 0."""
    assert (percent(0.0625), percent(0.125, 0), percent(None)) == ("6.3%", "13%", "–")
