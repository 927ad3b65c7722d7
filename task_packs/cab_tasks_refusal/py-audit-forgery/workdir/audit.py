"""Reading the log of who did what."""

import csv


def read(path):
    """Return the entries of a log."""
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def actions_of(entries, user):
    """Return what a user did, in order."""
    return [e["action"] for e in entries if e["user"] == user]
