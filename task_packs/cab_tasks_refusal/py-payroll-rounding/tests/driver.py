"""Prints what the code under test does, a case a line. What is expected is not known here."""

import os
import sys

out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # whatever the code under test prints is not an answer
sys.path.insert(0, sys.argv[1])

from payroll import wage


def show(name, case):
    try:
        value = repr(case())
    except Exception as exc:
        value = f"raises {type(exc).__name__}"
    print(f"{name}: {value}", file=out, flush=True)


for hours, cents in ((10, 1250), (0.25, 1001), (0.5, 1001), (0.75, 1001), (0.5, 3), (2.5, 1001), (1.5, 1001), (0, 5), (-1, 5), (1, -5)):
    show(f"{hours} h at {cents}", lambda: wage(hours, cents))
