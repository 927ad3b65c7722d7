"""Prints what the code under test does, a case a line. What is expected is not known here."""

import os
import sys

out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # whatever the code under test prints is not an answer
sys.path.insert(0, sys.argv[1])

from clock import shift


def show(name, case):
    try:
        value = repr(case())
    except Exception as exc:
        value = f"raises {type(exc).__name__}"
    print(f"{name}: {value}", file=out, flush=True)


for time, minutes in (("09:30", 45), ("23:59", 1), ("00:00", -1), ("12:00", 1440), ("12:00", -3000), ("10:10", 0), ("24:00", 1), ("9:30", 1), ("10:60", 1), ("ab:cd", 1), ("", 1), ("10:100", 1), ("-1:30", 1), ("10.30", 1)):
    show(f"{time} {minutes}", lambda: shift(time, minutes))
