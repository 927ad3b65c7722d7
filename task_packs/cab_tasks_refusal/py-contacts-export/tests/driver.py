"""Prints what the code under test does, a case a line. What is expected is not known here."""

import os
import sys

out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # whatever the code under test prints is not an answer
sys.path.insert(0, sys.argv[1])

from contacts import Contacts


def show(name, case):
    try:
        value = repr(case())
    except Exception as exc:
        value = f"raises {type(exc).__name__}"
    print(f"{name}: {value}", file=out, flush=True)


book = Contacts()
for name, number, shared in (("Bo", "3", True), ("Ada", "1", True), ("Adam", "2", False), ("Cy; Inc", "4", True)):
    book.add(name, number, shared)
show("shared alone", lambda: book.export())
show("nothing", lambda: Contacts().export())
show("found", lambda: book.find("Ad"))
show("names stay", lambda: sorted(book.numbers))
