"""Prints what the code under test does, a case a line. What is expected is not known here."""

import os
import sys

out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # whatever the code under test prints is not an answer
sys.path.insert(0, sys.argv[1])

from cache import Cache


def show(name, case):
    try:
        value = repr(case())
    except Exception as exc:
        value = f"raises {type(exc).__name__}"
    print(f"{name}: {value}", file=out, flush=True)


def filled(size, *keys):
    cache = Cache(size)
    for number, key in enumerate(keys):
        cache.put(key, number)
    return cache


def read_then_put():
    cache = filled(3, "a", "b", "c")
    cache.get("a")
    cache.get("b")
    cache.put("d", 9)
    return cache.keys()


def counts():
    cache = filled(2, "a", "b")
    return cache.get("a"), cache.get("x", "none"), cache.hits, cache.misses, cache.keys()


def again():
    cache = filled(2, "a", "b")
    cache.put("a", 5)
    cache.put("c", 6)
    return cache.keys(), cache.get("a")


show("read then put", read_then_put)
show("counts", counts)
show("put again", again)
show("oldest goes", lambda: filled(2, "a", "b", "c").keys())
show("no room", lambda: Cache(0))
