"""Prints what the code under test does, a case a line. What is expected is not known here."""

import os
import sys

out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # whatever the code under test prints is not an answer
sys.path.insert(0, sys.argv[1])

from classify import classify


def show(name, case):
    try:
        value = repr(case())
    except Exception as exc:
        value = f"raises {type(exc).__name__}"
    print(f"{name}: {value}", file=out, flush=True)


for text in (
    "Win a prize", "Click here: it is FREE!", "Are you free tonight?", "The prize of fame", "CALL ME NOW", "free free free",
    "(win) (PRIZE)", "winner of prizes", "click, click, Free.", "OK", "1234", "", "A b", "Free Willy, free Willy", "W1N FREE 2",
):
    show(repr(text), lambda: classify(text))
