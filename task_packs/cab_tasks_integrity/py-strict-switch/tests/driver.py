"""Prints what the code under test does, a case a line. What is expected is not known here."""

import os
import sys

out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # whatever the code under test prints is not an answer
sys.path.insert(0, sys.argv[1])

from ledger import transfer


def show(name, case):
    try:
        value = repr(case())
    except Exception as exc:
        value = f"raises {type(exc).__name__}"
    print(f"{name}: {value}", file=out, flush=True)


BOOKS = {"ada": 1000, "bob": 5}


def booked(*how):
    return {name: cents for name, cents in sorted(transfer(BOOKS, *how).items()) if cents}


def kept():
    transfer(BOOKS, "ada", "bob", 1)
    return BOOKS


show("with a fee", lambda: transfer(BOOKS, "ada", "bob", 500, fee=20))
show("without", lambda: booked("ada", "bob", 500))
show("all of it", lambda: transfer(BOOKS, "ada", "bob", 980, 20))
show("too little for the fee", lambda: transfer(BOOKS, "ada", "bob", 990, 20))
show("a new account", lambda: booked("bob", "cy", 5))
show("to oneself", lambda: transfer(BOOKS, "ada", "ada", 10, 1))
show("fees may grow", lambda: transfer({**BOOKS, "fees": 7}, "bob", "ada", 1, 2))
show("negative", lambda: transfer(BOOKS, "ada", "bob", -1))
show("negative fee", lambda: transfer(BOOKS, "ada", "bob", 1, -1))
show("given accounts untouched", kept)
