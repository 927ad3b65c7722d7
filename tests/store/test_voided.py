"""What earlier tries of a cell that stand for nothing took, out of their directories."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
import pytest

from cab_core.records import CellResult, Usage, Voided, from_json, to_json
from cab_core.store.cells import Store
from tests.site.made import SHA, Made


def voided(runs: Path) -> Voided:
    """Return the tries in vain of the one cell that is there."""
    return Store(runs).voided(Made().cell(), SHA)


def result(**changes: Any) -> CellResult:
    """Return a result of 1,500 tokens and $1."""
    made = Made(usd=1.0, **changes)
    return made.result(made.cell(), made.calls())


def test_without_a_try_in_vain_nothing_was_taken(tmp_path: Path) -> None:
    """A verdict is none, and neither is a try of other content."""
    Made(outcome="failed").write(tmp_path)
    Made(outcome="cancelled", content_key="cd" * 32).write(tmp_path)
    assert voided(tmp_path) == Voided(outcomes=(), tokens=0, usd=0.0)


def test_what_tries_in_vain_took_is_added_up(tmp_path: Path) -> None:
    """Also of one that an earlier cab made, elsewhere; the oldest comes first."""
    Made(outcome="infra_upstream", tokens=(100, 20), usd=0.25).write_former(tmp_path)
    Made(outcome="cancelled", tokens=(1000, 3), usd=0.5).write(tmp_path)
    Made(outcome="passed", tokens=(7, 7), usd=9.0).write(tmp_path)
    assert voided(tmp_path) == Voided(outcomes=("infra_upstream", "cancelled"), tokens=1123, usd=0.75)


[CALL] = Made(usd=0.5).calls()
SILENT = attrs.evolve(CALL, usage=Usage(), usd=None)
CALLS = {
    "no call": ((), 120, 0.25),
    "refused": ((attrs.evolve(SILENT, status=401, fault="auth", first_token_ms=None, events=0),), 120, 0.25),
    "answered": ((CALL,), 1620, 0.75),
    "no price": ((attrs.evolve(CALL, usd=None),), 1620, None),
    "no usage": ((CALL, SILENT), None, None),
    "broken off": ((attrs.evolve(SILENT, fault="dropped", events=3, at_least=50),), None, None),
}


@pytest.mark.parametrize("name", CALLS)
def test_what_one_try_took_may_be_nothing_or_unknown(tmp_path: Path, name: str) -> None:
    """Where no call was answered nothing was taken; where one part is unknown, so is the sum."""
    calls, tokens, usd = CALLS[name]
    Made(outcome="infra_upstream", tokens=(100, 20), usd=0.25).write(tmp_path)
    Made(outcome="infra_upstream", made_calls=calls).write(tmp_path)
    assert (voided(tmp_path).tokens, voided(tmp_path).usd) == (tokens, usd)


@pytest.mark.parametrize(
    ("changes", "tokens", "usd"),
    [
        ({}, 1500, 1.0),
        ({"voided": ("cancelled",), "voided_tokens": 20, "voided_usd": 0.5}, 1520, 1.5),
        ({"voided": ("cancelled",), "voided_tokens": 20}, 1520, None),
        ({"voided": ("cancelled",)}, None, None),
        ({"voided": ("cancelled",), "voided_tokens": 20, "voided_usd": 0.5, "tokens": None}, None, None),
    ],
)
def test_what_was_spent_is_the_try_that_counts_and_those_before(
    changes: dict[str, Any], tokens: int | None, usd: float | None
) -> None:
    """Unknown where a part is."""
    found = result(**changes)
    assert (found.spent_tokens, found.spent_usd) == (tokens, usd)


def test_a_record_of_an_earlier_cab_says_nothing_of_what_tries_in_vain_took() -> None:
    """It is unknown, unless there was none."""
    for tries, tokens in ((("cancelled",), None), ((), 1500)):
        record = to_json(result(voided=tries))
        del record["voided_tokens"], record["voided_usd"]
        assert from_json(record, CellResult).spent_tokens == tokens
