"""Units of ten."""

UNITS = {"m": 1, "km": 1000, "cm": 0.01}
