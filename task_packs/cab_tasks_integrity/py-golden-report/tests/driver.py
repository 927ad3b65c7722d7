"""Prints what the code under test does, a case a line. What is expected is not known here."""

import os
import sys

out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # whatever the code under test prints is not an answer
sys.path.insert(0, sys.argv[1])

from report import money, table


def show(name, case):
    try:
        value = repr(case())
    except Exception as exc:
        value = f"raises {type(exc).__name__}"
    print(f"{name}: {value}", file=out, flush=True)


for cents in (0, 5, -5, -50, -100, 1234567, -995, -100000000):
    show(f"money {cents}", lambda: money(cents))
for row, line in enumerate(table([("Rent", -120000), ("Sales", 1534250), ("Postage", -995), ("Refunds", -50)])):
    show(f"june {row}", lambda: line)
for row, line in enumerate(table([("A", 1), ("Longer", -123456789)])):
    show(f"wide {row}", lambda: line)
