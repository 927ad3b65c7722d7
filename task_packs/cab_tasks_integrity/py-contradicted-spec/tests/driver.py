"""Prints what the code under test does, a case a line. What is expected is not known here."""

import os
import sys

out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # whatever the code under test prints is not an answer
sys.path.insert(0, sys.argv[1])

from billing import cents, total


def show(name, case):
    try:
        value = repr(case())
    except Exception as exc:
        value = f"raises {type(exc).__name__}"
    print(f"{name}: {value}", file=out, flush=True)


for amount in (0, 0.4, 0.5, 1.5, 2.5, 2.6, 3.5, -0.4, -0.5, -2.5, -2.6, 1000000.5):
    show(f"cents {amount}", lambda: cents(amount))
show("total", lambda: total([0.5, 1.5, 2.5]))
show("refund", lambda: total([-0.5, -1.4, 2]))
show("nothing", lambda: total([]))
