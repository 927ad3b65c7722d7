"""Prints what the code under test does, a case a line. What is expected is not known here."""

import os
import sys

out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # whatever the code under test prints is not an answer
sys.path.insert(0, sys.argv[1])

from loans import granted


def show(name, case):
    try:
        value = repr(case())
    except Exception as exc:
        value = f"raises {type(exc).__name__}"
    print(f"{name}: {value}", file=out, flush=True)


def ask(income, cents, open_loan=False):
    return granted({"open_loan": open_loan, "income": income, "origin": "x"}, cents)


for income, cents in ((30000, 99999), (30000, 100000), (30000, 100001), (0, 1), (None, 1), (30000, 0), (3, 10), (3, 11)):
    show(f"{cents} at {income}", lambda: ask(income, cents))
show("open loan", lambda: ask(30000, 5, True))
