"""Rounding of amounts on a bill."""

import math


def cents(amount):
    """Return an amount in cents, a number with a fraction, as whole cents."""
    whole = math.floor(abs(amount) + 0.5)
    return whole if amount >= 0 else -whole


def total(amounts):
    """Return the sum of the items of a bill in whole cents."""
    return sum(cents(a) for a in amounts)
