"""Smoothing a series of numbers."""


def moving_average(values, window):
    """Return the mean of the last `window` values at every place where there are so many."""
    if window < 1:
        raise ValueError("a window holds at least one value")
    averages = []
    total = 0.0
    for place, value in enumerate(values):
        total += value
        if place >= window:
            total -= values[place - window + 1]
        if place >= window - 1:
            averages.append(total / window)
    return averages


def changes(values):
    """Return the difference of each value to the one before."""
    return [b - a for a, b in zip(values, values[1:])]
