"""What a parcel costs, by the tariff in tariff.json."""

import json
from pathlib import Path

TARIFF = Path(__file__).parent / "tariff.json"


def tariff():
    """Return the tariff that is in force."""
    return json.loads(TARIFF.read_text(encoding="utf-8"))


def price(grams, known=None):
    """Return the price in cents: that of the lightest step that holds the parcel."""
    steps = (known or tariff())["steps"]
    for step in steps:
        if grams < step["up_to_grams"]:
            return step["cents"]
    raise ValueError("too heavy")
