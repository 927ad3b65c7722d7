"""Summaries: who is counted, who is not, and which interval stands beside the rate."""

from __future__ import annotations

import pytest

from cab_core.records import OUTCOMES
from cab_core.stats import Configuration, Verdict, configurations, summarise, verdict_of, wilson
from cab_core.stats.select import KEYS, Selector
from tests.site.made import Made

AIDER = Configuration(tui="aider", model="m")


def verdict(task: str, outcome: str = "passed", **known: object) -> Verdict:
    """Return the verdict of one cell of aider."""
    passed = outcome == "passed" if OUTCOMES[outcome].counted else None
    return Verdict(config=AIDER, task=task, outcome=outcome, passed=passed, **known)  # type: ignore[arg-type]


def test_one_attempt_a_task_has_wilsons_interval() -> None:
    """With one attempt a task the rate has Wilson's interval."""
    found = summarise([verdict("p/a"), verdict("p/b", "failed"), verdict("p/c", "limit_wall")])
    assert (found.n, found.attempts, found.solved, found.rate) == (3, 3, 1, pytest.approx(1 / 3))
    assert found.interval == wilson(1, 3)


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
    assert found.interval is not None
    assert found.interval.method == "bootstrap"


def test_no_cell_is_no_figure() -> None:
    """Without a verdict every figure is None."""
    found = summarise([verdict("p/a", "cancelled")])
    assert (found.n, found.rate, found.interval, found.tokens_per_solved) == (0, None, None, None)


def test_tokens_are_unknown_where_one_cell_does_not_know_them() -> None:
    """One cell with unknown tokens makes their sum unknown."""
    known = [verdict("p/a", tokens=100), verdict("p/b", "failed", tokens=50)]
    assert summarise(known).tokens_per_solved == 150
    assert summarise([*known, verdict("p/c")]).tokens_per_solved is None


@pytest.mark.parametrize("name", ["composite", "blast_radius", "wall_ms"])
def test_a_middle_is_unknown_where_one_cell_s_figure_is(name: str) -> None:
    """What is unknown is not left out of a mean: it is so of some outcomes and not of others."""
    known = [verdict("p/a", **{name: 0.5}), verdict("p/b", "failed", **{name: 0.0})]
    assert getattr(summarise(known), name) == 0.25
    assert getattr(summarise([*known, verdict("p/c", "infra_upstream")]), name) == 0.25
    assert getattr(summarise([*known, verdict("p/c")]), name) is None


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
