"""Wages, in cents."""


def wage(hours, cents_per_hour):
    """Return a month's wage; the hours may have a fraction, and what is below a cent is cut off."""
    return int(hours * cents_per_hour)
