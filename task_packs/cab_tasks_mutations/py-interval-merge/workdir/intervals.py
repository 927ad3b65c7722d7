"""Sets of numbers as sorted lists of closed intervals (low, high)."""


def merge(intervals):
    """Return the fewest intervals that cover the same numbers."""
    merged = []
    for low, high in sorted(intervals):
        if low > high:
            raise ValueError(f"empty interval {low}-{high}")
        if merged and low < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return merged


def length(intervals):
    """Return the total length that the intervals cover."""
    return sum(high - low for low, high in merge(intervals))
