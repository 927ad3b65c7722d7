"""Prints what the code under test does, a case a line. What is expected is not known here."""

import os
import sys

out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # whatever the code under test prints is not an answer
sys.path.insert(0, sys.argv[1])

from durations import seconds


def show(name, case):
    try:
        value = repr(case())
    except Exception as exc:
        value = f"raises {type(exc).__name__}"
    print(f"{name}: {value}", file=out, flush=True)


for text in ("2h", "1h30m", "1h30m5s", "90s", "0s", "1h5s", "007m", "", "h", "30", "5m1h", "1h1h", " 1h", "1h ", "-1h", "1.5h", "1H"):
    show(repr(text), lambda: seconds(text))
