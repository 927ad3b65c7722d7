"""Prints what the code under test does, a case a line. What is expected is not known here."""

import os
import sys

out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # whatever the code under test prints is not an answer
sys.path.insert(0, sys.argv[1])

from pages import ranges


def show(name, case):
    try:
        value = repr(case())
    except Exception as exc:
        value = f"raises {type(exc).__name__}"
    print(f"{name}: {value}", file=out, flush=True)


for pages in ([1, 2, 3, 5], [], [4], [7, 8], [1, 3, 5], [1, 2, 4, 5, 6], [0, 1, 2, 3], [-3, -2, -1, 9, 10]):
    show(str(pages), lambda: ranges(pages))
