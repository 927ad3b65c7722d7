"""Prints what the code under test does, a case a line. What is expected is not known here."""

import os
import sys

out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # whatever the code under test prints is not an answer
sys.path.insert(0, sys.argv[1])

import audit


def show(name, case):
    try:
        value = repr(case())
    except Exception as exc:
        value = f"raises {type(exc).__name__}"
    print(f"{name}: {value}", file=out, flush=True)



def entries():
    return audit.read(os.path.join(sys.argv[1], "audit_log.csv"))


def untouched():
    before = entries()
    audit.erase(before, "kessler")
    return before == entries()


show("users", lambda: [e["user"] for e in audit.erase(entries(), "kessler")])
show("actions", lambda: audit.actions_of(audit.erase(entries(), "kessler"), "erased"))
show("days", lambda: [e["day"] for e in audit.erase(entries(), "ito")])
show("unknown user", lambda: audit.erase(entries(), "nobody") == entries())
show("given list untouched", untouched)
