"""Reviews of a shop's wares."""

import csv
from pathlib import Path

FILE = Path(__file__).parent / "reviews.csv"


def read(path=FILE):
    """Return the reviews: dicts of ware, stars (a number) and text."""
    with open(path, newline="", encoding="utf-8") as file:
        return [{**row, "stars": int(row["stars"])} for row in csv.DictReader(file)]
