"""What the page about compatibility says is so."""

from __future__ import annotations

from pathlib import Path

import cattrs
import pytest

import cab_core.records
from cab_core.records import Limits, Sandbox, from_json
from cab_core.records.convert import why_not

PAGE = (Path(__file__).parents[2] / "docs/explanation/compatibility.md").read_text()


def test_a_former_name_works_and_says_the_new_one() -> None:
    """With the words that the page shows."""
    with pytest.warns(DeprecationWarning) as told:
        former = cab_core.records.Room
    assert former is Sandbox and f"DeprecationWarning: {told[0].message}\n" in PAGE


def test_a_key_that_is_not_known_is_refused_with_its_name() -> None:
    """A record of a later cab is not read in part."""
    with pytest.raises(cattrs.BaseValidationError) as refused:
        from_json({"wall_s": 1.0, "moons": 2}, Limits)
    assert "moons" in why_not(refused.value)
