"""Reviews of a shop's wares."""

import csv
from pathlib import Path

FILE = Path(__file__).parent / "reviews.csv"


def read(path=FILE):
    """Return the reviews: dicts of ware, stars (a number) and text."""
    with open(path, newline="", encoding="utf-8") as file:
        return [{**row, "stars": int(row["stars"])} for row in csv.DictReader(file)]


def digest(reviews):
    """Return (ware, number of reviews, mean of stars to one decimal) of each ware, best first, then by name."""
    stars = {}
    for review in reviews:
        stars.setdefault(review["ware"], []).append(review["stars"])
    rows = [(ware, len(found), round(sum(found) / len(found), 1)) for ware, found in stars.items()]
    return sorted(rows, key=lambda row: (-row[2], row[0]))
