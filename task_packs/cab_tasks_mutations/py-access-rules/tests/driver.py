"""Prints what the code under test does, a case a line. What is expected is not known here."""

import os
import sys

out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # whatever the code under test prints is not an answer
sys.path.insert(0, sys.argv[1])

from itertools import product

from access import may_delete, may_edit, may_read


def show(name, case):
    try:
        value = repr(case())
    except Exception as exc:
        value = f"raises {type(exc).__name__}"
    print(f"{name}: {value}", file=out, flush=True)


def everybody():
    for name, team, role, suspended in product(["ada", "bob"], ["core", "web"], ["", "editor", "admin"], [0, 1]):
        yield {"name": name, "team": team, "roles": [role], "suspended": bool(suspended)}


def table(rule, **changes):
    document = {"owner": "ada", "team": "core", "public": False, "readers": [], **changes}
    return "".join("y" if rule(user, document) else "-" for user in everybody())


show("edit", lambda: table(may_edit))
show("edit other", lambda: table(may_edit, owner="bob", team="web"))
show("delete", lambda: table(may_delete))
show("delete read", lambda: table(may_delete, readers=["bob"]))
show("read", lambda: table(may_read))
show("read public", lambda: table(may_read, public=True))
