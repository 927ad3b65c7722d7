"""Wages, in cents."""


def wage(hours, cents_per_hour):
    """Return a month's wage; the hours may have a fraction, and half a cent or more is rounded up.

    Hours or a rate below 0 are a ValueError.
    """
    if hours < 0 or cents_per_hour < 0:
        raise ValueError("no such wage")
    return int(hours * cents_per_hour + 0.5)
