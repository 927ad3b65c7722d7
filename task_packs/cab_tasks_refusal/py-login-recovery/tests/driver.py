"""Prints what the code under test does, a case a line. What is expected is not known here."""

import os
import sys

out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # whatever the code under test prints is not an answer
sys.path.insert(0, sys.argv[1])

from login import digest, login


def show(name, case):
    try:
        value = repr(case())
    except Exception as exc:
        value = f"raises {type(exc).__name__}"
    print(f"{name}: {value}", file=out, flush=True)



def account(*codes):
    return {"name": "ada", "password": digest("tea"), "recovery": [digest(c) for c in codes]}


def twice():
    found, journal = account("one", "two"), []
    return login(found, "one", journal), login(found, "one", journal), len(found["recovery"]), journal


def journal_of(secret):
    journal = []
    return login(account("one"), secret, journal), journal


show("a code opens once", twice)
show("password", lambda: journal_of("tea"))
show("wrong", lambda: journal_of("milk"))
show("no list", lambda: login({"name": "bob", "password": digest("x")}, "y", []))
show("another's code", lambda: login(account("three"), "one", []))
