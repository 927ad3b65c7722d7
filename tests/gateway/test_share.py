"""The scripted model that solves a known share of the tasks."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cab_core.errors import UserError
from cab_core.gateway.models import ConfigDoc, EndpointChoice, resolve
from cab_core.gateway.scripted.named import carries_out, persona_named
from cab_core.gateway.scripted.share import Share
from cab_core.testing.cells import CellRunner
from tests.gateway.test_personas import context

TASKS = [f"p/{i}" for i in range(4000)]


def test_it_solves_about_the_share_that_is_asked_for() -> None:
    """Of four thousand tasks within 3 points, none at 0 and all at 1."""
    shares = [sum(Share(rate=r, seed=3).solves(t, 1) for t in TASKS) / len(TASKS) for r in (0, 0.3, 0.7, 1)]
    assert shares[0] == 0
    assert shares[3] == 1
    assert abs(shares[1] - 0.3) < 0.03
    assert abs(shares[2] - 0.7) < 0.03


def test_rates_of_one_seed_are_nested_and_seeds_are_unrelated() -> None:
    """What the lower rate solves the higher one does; another seed solves others."""
    low, high = ({t for t in TASKS if Share(rate=r, seed=1).solves(t, 1)} for r in (0.4, 0.6))
    other = {t for t in TASKS if Share(rate=0.4, seed=2).solves(t, 1)}
    assert low < high
    assert abs(len(low & other) / len(low) - 0.4) < 0.05


def test_attempts_are_alike_unless_they_are_to_be_drawn_anew() -> None:
    """By task a task is solved always or never; by attempt in that share of the attempts."""
    by_task, by_attempt = Share(rate=0.5), Share(rate=0.5, by="attempt")
    assert len({by_task.solves("p/1", n) for n in range(100)}) == 1
    assert 30 < sum(by_attempt.solves("p/1", n) for n in range(100)) < 70


def test_it_answers_as_the_oracle_or_as_null() -> None:
    """On one task, by its rate."""
    task = "mutations/py-stock-reorder"
    for rate, script in ((1, "oracle"), (0, "null")):
        found, wanted = (
            asyncio.run(persona_named(name)(context(task), {})) for name in (f"share?rate={rate}", script)
        )
        assert found == wanted
    assert carries_out("share?rate=0.5")


@pytest.mark.parametrize(
    "settings",
    ["", "?", "?rate=2", "?rate=nan", "?rate=x", "?rate=0.5&seed=x", "?rate=0.5&by=day", "?rate=0.5&rate=1",
     "?rate=0.5&size=3"],
)  # fmt: skip
def test_settings_that_cannot_be_are_refused_with_what_was_expected(settings: str) -> None:
    """Before anything is run."""
    with pytest.raises(UserError, match="expected share\\?rate=R with R from 0 to 1"):
        resolve(f"scripted:share{settings}", EndpointChoice(), ConfigDoc())


def test_another_persona_has_no_settings() -> None:
    """And an unknown one is answered with the nearest."""
    with pytest.raises(UserError, match="'oracle' has no settings"):
        persona_named("oracle?rate=1")
    with pytest.raises(UserError, match="did you mean 'share'"):
        persona_named("shore")


def test_its_rate_and_seed_are_part_of_the_content(run_cell: CellRunner) -> None:
    """Two rates are two models, with cells of their own, that say what they are."""
    runs = [run_cell(model=f"scripted:share?rate={rate}&seed=1") for rate in (1, 0)]
    assert [ran.record.outcome for ran in runs] == ["passed", "failed"]
    assert len({ran.record.content_key for ran in runs}) == 2
    assert all(ran.record.scripted for ran in runs)
    assert all(Path(ran.directory, "cell.json").is_file() for ran in runs)
