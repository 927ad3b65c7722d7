"""Which known name a wrong one is nearest to."""

from __future__ import annotations

import fnmatch
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.distance import nearest_name
from cab_core.errors import UnknownName, UserError
from cab_core.stats import Selector

TASKS = ["mutations/py-lru-cache", "mutations/py-stock-reorder", "polyglot/rust-owner-borrow-fix"]
NAMES = st.text("abc-/", max_size=8)


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("mutaions/*", "mutations/*"),
        ("mutation/py-*", "mutations/py-*"),
        ("mutations/pi-*", "mutations/py-*"),
        ("*-lur-cache", "*-lru-cache"),
        ("mutations/py-l?u-cahce", "mutations/py-l?u-cache"),
        ("polygot/rust-owner-borrow-fix", "polyglot/rust-owner-borrow-fix"),
        ("entirely-else", None),
        ("zz*", None),
        ("", None),
    ],
)
def test_a_name_or_a_pattern_is_put_right_by_the_fewest_edits(name: str, nearest: str | None) -> None:
    """Wildcards stay where they are; what would be another word is not suggested."""
    assert nearest_name(name, TASKS) == nearest


@pytest.mark.parametrize(
    ("name", "nearest"), [("tiu", "tui"), ("rnu", "run"), ("ab", None), ("orcale", "oracle")]
)
def test_neighbours_that_are_swapped_are_one_edit(name: str, nearest: str | None) -> None:
    """The commonest slip in a short name."""
    assert nearest_name(name, ["tui", "task", "run", "results", "oracle"]) == nearest


@given(NAMES, st.lists(NAMES, max_size=6))
def test_it_is_the_nearest_of_all(name: str, known: list[str]) -> None:
    """As a slow count of the edits says."""
    found = nearest_name(name, known)
    distances = {k: _edits(name, k) for k in known}
    least = min(distances.values(), default=99)
    assert (found is None) == (least > max(len(name) // 2, min(len(name), 1)))
    assert found is None or distances[found] == least


@given(st.text("abc*?", max_size=7), st.lists(NAMES, min_size=1, max_size=4))
def test_a_pattern_that_is_suggested_matches_something(pattern: str, known: list[str]) -> None:
    """Whatever was wrong with it."""
    found = nearest_name(pattern, known)
    assert found is None or fnmatch.filter(known, found)


def test_a_message_names_the_nearest_key_of_a_selector() -> None:
    """`tiu=` for `tui=`."""
    with pytest.raises(UserError, match="unknown key 'tiu'; did you mean 'tui'"):
        Selector.parse("tiu=aider")


def test_an_unknown_name_knows_its_nearest() -> None:
    """For programs, as the message has it for people."""
    assert UnknownName("task", "mutaions/*", TASKS).nearest == "mutations/*"


@cache
def _edits(a: str, b: str) -> int:
    """Edits with swaps of neighbours, none of which is edited again."""
    if not a or not b:
        return len(a) + len(b)
    least = min(_edits(a[1:], b) + 1, _edits(a, b[1:]) + 1, _edits(a[1:], b[1:]) + (a[0] != b[0]))
    if len(a) > 1 and len(b) > 1 and a[0] == b[1] and a[1] == b[0]:
        least = min(least, _edits(a[2:], b[2:]) + 1)
    return least
