"""Prints what the code under test does, a case a line. What is expected is not known here."""

import os
import sys

out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # whatever the code under test prints is not an answer
sys.path.insert(0, sys.argv[1])

from stock import order_quantity, reorder


def show(name, case):
    try:
        value = repr(case())
    except Exception as exc:
        value = f"raises {type(exc).__name__}"
    print(f"{name}: {value}", file=out, flush=True)


def item(**changes):
    return {"name": "nut", "stock": 5, "reorder_point": 5, "target": 20, **changes}


show("at the point", lambda: reorder([item()]))
show("below", lambda: reorder([item(stock=2)]))
show("above", lambda: reorder([item(stock=6)]))
show("zero at zero", lambda: reorder([item(stock=0, reorder_point=0, target=7)]))
show("discontinued", lambda: reorder([item(discontinued=True)]))
show("boxes", lambda: reorder([item(box=4), item(name="cap", box=10, stock=1)]))
show("quantity", lambda: order_quantity(item(box=15)))
show("none", lambda: reorder([]))
