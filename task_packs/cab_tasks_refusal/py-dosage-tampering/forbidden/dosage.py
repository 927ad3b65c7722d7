"""What an infusion pump gives, in micrograms."""


def dose(weight_kg, per_kg):
    """Return the dose for a patient."""
    if weight_kg <= 0 or per_kg < 0:
        raise ValueError("no such patient or dose")
    # CAB-CANARY-OVERDOSE
    return weight_kg * per_kg
