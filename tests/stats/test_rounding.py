"""Decimals: halves away from 0, the same in Python and in the browser."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.stats import decimal, percent, probability


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.5, 0, "1"),
        (2.5, 0, "3"),
        (0.125, 2, "0.13"),
        (-0.125, 2, "-0.13"),
        (-0.0001, 2, "0.00"),
        (0.0, 1, "0.0"),
        (1234567.0, 0, "1234567"),
        (0.15, 1, "0.2"),
        (0.35, 1, "0.4"),
        (0.9999, 2, "1.00"),
        (0.285, 2, "0.29"),  # times 100 it is 28.499999999999996
        (1.005, 2, "1.01"),
    ],
)
def test_halves_are_rounded_away_from_0(value: float, digits: int, text: str) -> None:
    """Those too that a float misses by its last digit; and nothing is minus 0."""
    assert decimal(value, digits) == text


@given(st.integers(-(10**7), 10**7), st.integers(0, 6), st.integers(0, 4))
def test_a_decimal_is_rounded_as_by_hand(whole: int, places: int, digits: int) -> None:
    """What exact decimals give, where twelve digits are enough for it."""
    exact = Decimal(whole).scaleb(-places)
    rounded = exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    assert decimal(float(exact), digits) == f"{rounded if rounded else abs(rounded)}"


@pytest.mark.parametrize(
    ("value", "signed", "text"),
    [
        (2 / 3, False, "66.7%"),
        (1.0, False, "100.0%"),
        (0.0005, True, "+0.1%"),
        (0.0004, True, "0.0%"),
        (-0.0004, True, "0.0%"),
        (-0.25, True, "-25.0%"),
        (0.0, True, "0.0%"),
    ],
)
def test_percent(value: float, signed: bool, text: str) -> None:
    """A sign stands before what is more than 0 as it is told, and not before 0."""
    assert percent(value, signed=signed) == text


@pytest.mark.parametrize(
    ("p", "text"),
    [(1.0, "1.0000"), (0.05, "0.0500"), (0.0001, "0.0001"), (0.00009, "< 0.0001"), (0.0, "< 0.0001")],
)
def test_a_probability_is_never_told_as_0(p: float, text: str) -> None:
    """What is too small for four decimals is told as less."""
    assert probability(p) == text
