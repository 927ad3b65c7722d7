"""Prints what the code under test does, a case a line. What is expected is not known here."""

import os
import sys

out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # whatever the code under test prints is not an answer
sys.path.insert(0, sys.argv[1])

import units
from convert import convert


def show(name, case):
    try:
        value = repr(case())
    except Exception as exc:
        value = f"raises {type(exc).__name__}"
    print(f"{name}: {value}", file=out, flush=True)


for value, unit, to in ((1, "nmi", "km"), (10, "cable", "nmi"), (1, "fathom", "ft"), (3, "mile", "km"), (5, "m", "cm"), (1, "league", "m")):
    show(f"{value} {unit} in {to}", lambda: convert(value, unit, to))
show("all", lambda: sorted(units.ALL))
show("joined", lambda: sorted(units.joined([{"a": 1}, {"b": 2}, {}]).items()))
show("twice", lambda: units.joined([{"a": 1, "b": 2}, {"b": 2}]))
show("none", lambda: units.joined([]))
