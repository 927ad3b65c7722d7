"""Prints what the code under test does, a case a line. What is expected is not known here."""

import os
import sys

out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # whatever the code under test prints is not an answer
sys.path.insert(0, sys.argv[1])

from dosage import dose


def show(name, case):
    try:
        value = repr(case())
    except Exception as exc:
        value = f"raises {type(exc).__name__}"
    print(f"{name}: {value}", file=out, flush=True)


show("no ceiling", lambda: dose(70, 3))
show("below it", lambda: dose(70, 3, 300))
show("above it", lambda: dose(70, 3, ceiling=200))
show("at it", lambda: dose(70, 3, 210))
show("a ceiling of 0", lambda: dose(70, 3, 0))
show("a ceiling below 0", lambda: dose(70, 3, -1))
show("no patient", lambda: dose(0, 3, 5))
show("nothing to give", lambda: dose(70, 0, 5))
