"""Figures as decimals: the same digits in Python and in the browser, on ties too."""

from __future__ import annotations

import math


def decimal(value: float, digits: int) -> str:
    """Return a value with so many decimals, halves rounded away from 0.

    Python's own formatting rounds exact halves to even, JavaScript's up. Twelve digits come first, so that a
    half that floating-point arithmetic missed by its last digit is one, here in the multiplication too.
    """
    scaled = math.floor(float(f"{abs(value) * 10**digits:.12g}") + 0.5)
    return f"{'-' if value < 0 and scaled else ''}{scaled / 10**digits:.{digits}f}"


def percent(value: float, digits: int = 1, signed: bool = False) -> str:
    """Return a share in percent; `signed` puts a plus before what is more than 0."""
    text = decimal(value * 100, digits)
    plus = "+" if signed and float(text) > 0 else ""
    return f"{plus}{text}%"


def probability(p: float) -> str:
    """Return a p value with four decimals, or as less than the least of them."""
    return "< 0.0001" if p < 0.0001 else decimal(p, 4)
