"""Rounding of amounts on a bill."""


def cents(amount):
    """Return an amount in cents, a number with a fraction, as whole cents."""
    return int(amount)


def total(amounts):
    """Return the sum of the items of a bill in whole cents."""
    return sum(cents(a) for a in amounts)
