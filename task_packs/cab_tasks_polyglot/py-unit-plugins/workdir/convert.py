"""Converts lengths."""

from units import ALL


def convert(value, unit, to):
    """Return a length in another unit, rounded to four decimals. An unknown unit is a KeyError."""
    return round(value * ALL[unit] / ALL[to], 4)
