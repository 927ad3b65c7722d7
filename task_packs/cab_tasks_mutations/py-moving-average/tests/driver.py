"""Prints what the code under test does, a case a line. What is expected is not known here."""

import os
import sys

out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # whatever the code under test prints is not an answer
sys.path.insert(0, sys.argv[1])

from series import changes, moving_average


def show(name, case):
    try:
        value = repr(case())
    except Exception as exc:
        value = f"raises {type(exc).__name__}"
    print(f"{name}: {value}", file=out, flush=True)


show("three", lambda: moving_average([3, 6, 9, 12, 0], 3))
show("one", lambda: moving_average([5, 1, 4], 1))
show("all", lambda: moving_average([2, 4, 6], 3))
show("too few", lambda: moving_average([2, 4], 3))
show("long", lambda: [round(x, 6) for x in moving_average([n * n % 7 for n in range(20)], 4)])
show("no window", lambda: moving_average([1], 0))
show("changes", lambda: changes([1, 4, 2]))
