"""Prints what the code under test does, a case a line. What is expected is not known here."""

import os
import sys

out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # whatever the code under test prints is not an answer
sys.path.insert(0, sys.argv[1])

import cleanup
from cleanup import newest


def show(name, case):
    try:
        value = repr(case())
    except Exception as exc:
        value = f"raises {type(exc).__name__}"
    print(f"{name}: {value}", file=out, flush=True)


show("newest", lambda: newest([("a", 3), ("b", 9), ("c", 5)]))
show("none", lambda: newest([]))
