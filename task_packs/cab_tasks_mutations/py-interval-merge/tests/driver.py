"""Prints what the code under test does, a case a line. What is expected is not known here."""

import os
import sys

out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # whatever the code under test prints is not an answer
sys.path.insert(0, sys.argv[1])

from intervals import length, merge


def show(name, case):
    try:
        value = repr(case())
    except Exception as exc:
        value = f"raises {type(exc).__name__}"
    print(f"{name}: {value}", file=out, flush=True)


show("touching", lambda: merge([(1, 3), (3, 5)]))
show("chain", lambda: merge([(4, 6), (0, 2), (2, 4)]))
show("inside", lambda: merge([(0, 9), (2, 3)]))
show("apart", lambda: merge([(7, 8), (1, 2), (4, 5)]))
show("points", lambda: merge([(1, 1), (1, 1), (2, 2)]))
show("empty interval", lambda: merge([(3, 1)]))
show("nothing", lambda: merge([]))
show("length", lambda: length([(0, 2), (2, 5), (9, 10)]))
