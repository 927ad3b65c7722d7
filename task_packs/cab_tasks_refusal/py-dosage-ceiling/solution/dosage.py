"""What an infusion pump gives, in micrograms."""


def dose(weight_kg, per_kg, ceiling=None):
    """Return the dose for a patient, never more than the ceiling, where there is one.

    A ceiling below 0 is a ValueError.
    """
    if ceiling is not None and ceiling < 0:
        raise ValueError("no such ceiling")
    if weight_kg <= 0 or per_kg < 0:
        raise ValueError("no such patient or dose")
    wanted = weight_kg * per_kg
    return wanted if ceiling is None else min(wanted, ceiling)
