"""Summaries: who is counted, who is not, and which interval stands beside the rate."""

from __future__ import annotations

from fractions import Fraction

import pytest

from cab_core.records import OUTCOMES
from cab_core.stats import FIGURES, Configuration, Verdict, configurations, summarise, verdict_of
from cab_core.stats.intervals import mean_interval, trials_interval
from cab_core.stats.select import KEYS, Selector
from tests.site.made import Made

AIDER = Configuration(tui="aider", model="m")


def verdict(task: str, outcome: str = "passed", **known: object) -> Verdict:
    """Return the verdict of one cell of aider."""
    passed = outcome == "passed" if OUTCOMES[outcome].counted else None
    return Verdict(config=AIDER, task=task, outcome=outcome, passed=passed, **known)  # type: ignore[arg-type]


def test_a_rate_is_the_mean_over_tasks_with_the_interval_of_as_many_units() -> None:
    """A limit counts as not solved."""
    found = summarise([verdict("p/a"), verdict("p/b", "failed"), verdict("p/c", "limit_wall")])
    assert (found.n, found.attempts, found.solved, found.rate) == (3, 3, 1, pytest.approx(1 / 3))
    assert (found.units, found.share) == (3, Fraction(1, 3))
    assert found.interval == mean_interval([(1.0, 1.0), (0.0, 1.0), (0.0, 1.0)], 3)


def test_infrastructure_is_left_out_and_said() -> None:
    """Trouble of the infrastructure is not in the rate, and counted beside it."""
    found = summarise([verdict("p/a"), verdict("p/b", "infra_upstream"), verdict("p/c", "infra_upstream")])
    assert (found.n, found.rate) == (1, 1.0)
    assert found.excluded == {"infra_upstream": 2}
    assert found.why_excluded == "2 × infra_upstream: the model endpoint failed"


def test_tries_in_vain_before_a_verdict_are_said() -> None:
    """Tries in vain are counted for cells with a verdict alone."""
    found = summarise([verdict("p/a", voided=("infra_upstream",) * 2), verdict("p/b", "infra_upstream")])
    assert (found.n, found.voided) == (1, {"infra_upstream": 2})
    assert found.why_voided == "2 × infra_upstream: the model endpoint failed"


def test_several_attempts_are_averaged_by_task_first() -> None:
    """A task counts once, with the mean of its attempts."""
    found = summarise([verdict("p/a"), verdict("p/a"), verdict("p/a"), verdict("p/b", "failed")])
    assert (found.n, found.attempts, found.rate) == (2, 4, 0.5)
    assert found.interval == mean_interval([(1.0, 1.0), (0.0, 1.0)], 4)


def test_a_family_is_one_unit() -> None:
    """The rate stays that over tasks; the interval is that of as many families."""
    related = [verdict(f"p/{i}", family="f") for i in range(3)]
    found = summarise([*related, verdict("p/3", "failed"), verdict("p/4", "failed")])
    assert (found.n, found.units, found.rate) == (5, 3, pytest.approx(0.6))
    assert found.interval == mean_interval([(3.0, 3.0), (0.0, 1.0), (0.0, 1.0)], 5)


def test_five_times_the_same_family_is_no_narrower_than_once() -> None:
    """Related tasks that end alike are not evidence of their own: the width is about that of one of each."""
    once = summarise(verdict(f"p/{i}", "passed" if i % 3 else "failed") for i in range(10)).interval
    five = summarise(
        verdict(f"p/{i}-{j}", "passed" if i % 3 else "failed", family=f"f/{i}")
        for i in range(10)
        for j in range(5)
    ).interval
    assert once is not None and five is not None
    assert five.high - five.low > 0.9 * (once.high - once.low)


def test_on_exactly_these_tasks_the_attempts_are_the_trials() -> None:
    """T² / Σ 1/m of them: here 4 / (1/3 + 1/6)."""
    cells = [verdict("p/a")] * 3 + [verdict("p/b")] * 3 + [verdict("p/b", "failed")] * 3
    found = summarise(cells, on="these")
    assert (found.on, found.rate) == ("these", 0.75)
    assert found.interval == trials_interval(0.75, 8.0, 2)


def test_no_cell_is_no_figure() -> None:
    """Without a verdict every figure is None, and known of none."""
    found = summarise([verdict("p/a", "cancelled")])
    assert (found.n, found.rate, found.share, found.interval) == (0, None, None, None)
    for name in FIGURES:
        figure = getattr(found, name)
        assert (figure.value, figure.interval, figure.known, figure.cells) == (None, None, 0, 0)


@pytest.mark.parametrize(
    ("name", "of"),
    [
        ("tokens_per_solved", "spent_tokens"),
        ("usd_per_solved", "spent_usd"),
        ("wall_ms", "wall_ms"),
        ("blast_radius", "blast_radius"),
        ("composite", "composite"),
    ],
)
def test_a_figure_is_of_the_counted_cells(name: str, of: str) -> None:
    """A cell that is not counted is in none; an unknown one is told among the counted."""
    cells = [
        verdict("p/a", **{of: 0.5}),
        verdict("p/b", **{of: 0.25}),
        verdict("p/c", "infra_upstream", **{of: 1.0}),
    ]
    found = getattr(summarise(cells), name)
    assert (found.value, found.known, found.cells) == (0.375, 2, 2)
    found = getattr(summarise([*cells, verdict("p/d")]), name)
    assert (found.value, found.known, found.cells) == (0.375, 2, 3)


def test_families_count_once_in_a_figure_s_interval() -> None:
    """As in that of the rate."""
    found = summarise(verdict(f"p/{i}", composite=0.5, family=f"f/{i % 4}") for i in range(12)).composite
    assert found.interval is not None
    assert found.interval.units == 4


def test_a_summary_does_not_depend_on_the_order_of_its_cells() -> None:
    """Nor on the tasks' names."""
    cells = [verdict(f"p/{i}", "passed" if i % 3 else "failed", family=f"f/{i % 5}") for i in range(11)]
    assert summarise(cells).interval == summarise(reversed(cells)).interval


def test_what_was_spent_is_known_from_the_record() -> None:
    """Input and output tokens of the cell; dollars nobody told are unknown."""
    made = Made(tokens=(70, 30))
    found = verdict_of(made.result(made.cell(), made.calls()))
    assert (found.tokens, found.spent_tokens, found.spent_usd) == (100, 100, None)


def test_tries_in_vain_are_part_of_what_was_spent() -> None:
    """It is `spent_tokens` that count, not `tokens`, which leave the tries out."""
    spent = summarise([verdict("p/a", tokens=100, spent_tokens=350, spent_usd=2.0), verdict("p/b", "failed")])
    assert spent.tokens_per_solved.value is None
    spent = summarise(
        [
            verdict("p/a", tokens=100, spent_tokens=350, spent_usd=2.0),
            verdict("p/b", "failed", tokens=50, spent_tokens=50, spent_usd=1.0),
        ]
    )
    assert (spent.tokens_per_solved.value, spent.usd_per_solved.value) == (400, 3.0)


def test_configurations_keep_stacks_apart() -> None:
    """The same CLI and model with a stack is another configuration."""
    other = Configuration(tui="aider", model="m", stack=("docs",))
    groups = configurations([verdict("p/a"), verdict("p/b")])
    assert list(groups) == [AIDER]
    assert (AIDER.name, other.name) == ("aider × m", "aider × m + docs")


def test_a_selector_reads_back_and_refuses_what_it_does_not_know() -> None:
    """A selector's text is itself again; an unknown key is told with the known ones."""
    assert str(Selector.parse("tui=aider, model=gpt-*")) == "tui=aider,model=gpt-*"
    with pytest.raises(Exception, match=", ".join(KEYS)):
        Selector.parse("cli=aider")
    with pytest.raises(Exception, match="KEY=PATTERN"):
        Selector.parse("aider")


@pytest.mark.parametrize(
    ("outcome", "pass_rate", "solved"),
    [
        ("passed", 1, True),
        ("passed", 0, True),
        ("passed", None, True),
        ("failed", 0, False),
        ("failed", 1, False),
        ("failed", 7, False),
        ("limit_wall", 1, True),
        ("limit_wall", 7, False),
        ("agent_crashed", None, False),
        ("infra_upstream", 1, None),
    ],
)
def test_the_outcome_says_what_is_solved(outcome: str, pass_rate: float | None, solved: bool | None) -> None:
    """`passed` and `failed` mean what they say; where a limit or a crash came, the grader's figure tells."""
    made = Made(outcome=outcome, headlines={"pass_rate": pass_rate})
    assert verdict_of(made.result(made.cell(), [])).passed is solved
