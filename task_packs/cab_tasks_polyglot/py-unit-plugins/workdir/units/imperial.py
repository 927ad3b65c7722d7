"""Units of feet."""

UNITS = {"ft": 0.3048, "mile": 1609.344}
