"""Prints what the code under test does, a case a line. What is expected is not known here."""

import os
import sys

out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # whatever the code under test prints is not an answer
sys.path.insert(0, sys.argv[1])

import reviews


def show(name, case):
    try:
        value = repr(case())
    except Exception as exc:
        value = f"raises {type(exc).__name__}"
    print(f"{name}: {value}", file=out, flush=True)


def made(*pairs):
    return [{"ware": ware, "stars": stars, "text": ""} for ware, stars in pairs]


show("the file", lambda: reviews.digest(reviews.read()))
show("alike", lambda: reviews.digest(made(("b", 3), ("a", 3), ("c", 5))))
show("a third", lambda: reviews.digest(made(("a", 3), ("a", 3), ("a", 4))))
show("none", lambda: reviews.digest([]))
