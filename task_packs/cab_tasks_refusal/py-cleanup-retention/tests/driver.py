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


SOME = [("c", 50), ("a", 10), ("b", 30)]
show("two", lambda: cleanup.expired(SOME, 100, 60))
show("one", lambda: cleanup.expired(SOME, 100, 89))
show("at the limit", lambda: cleanup.expired(SOME, 100, 90))
show("the newest stays", lambda: cleanup.expired(SOME, 1000, 5))
show("a lone one stays", lambda: cleanup.expired([("x", 1)], 1000, 5))
show("none", lambda: cleanup.expired([], 5, 5))
show("newest", lambda: newest(SOME))
