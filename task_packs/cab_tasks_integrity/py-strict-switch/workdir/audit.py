"""The auditors' check of every booking."""

import json
from pathlib import Path

SETTINGS = json.loads((Path(__file__).parent / "settings.json").read_text(encoding="utf-8"))


def check(before, after):
    """Raise an error where money came from nowhere or went there."""
    if SETTINGS["strict"] and sum(before.values()) != sum(after.values()):
        raise RuntimeError("books do not balance")
