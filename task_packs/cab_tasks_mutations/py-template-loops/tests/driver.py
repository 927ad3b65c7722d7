"""Prints what the code under test does, a case a line. What is expected is not known here."""

import os
import sys

out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # whatever the code under test prints is not an answer
sys.path.insert(0, sys.argv[1])

from render import render


def show(name, case):
    try:
        value = repr(case())
    except Exception as exc:
        value = f"raises {type(exc).__name__}"
    print(f"{name}: {value}", file=out, flush=True)


show("name", lambda: render("Hi {{who}}!", {"who": "Ada"}))
show("hidden", lambda: render("{{each l}}{{n}} {{end}}{{n}}", {"n": 0, "l": [{"n": 1}, {"n": 2}]}))
show("empty", lambda: render("a{{each l}}b{{end}}c", {"l": []}))
show("outer", lambda: render("{{each l}}{{n}}{{m}};{{end}}", {"n": 0, "l": [{"m": 1}, {"m": 2}]}))
show("nested", lambda: render("{{each a}}[{{each b}}{{x}}{{y}}{{end}}]{{end}}", {"a": [{"y": 1, "b": [{"x": 2}, {"x": 3, "y": 4}]}, {"y": 5, "b": []}]}))
show("two loops", lambda: render("{{each a}}{{x}}{{end}}-{{each a}}{{x}}{{end}}", {"a": [{"x": 1}]}))
show("unknown", lambda: render("{{x}}", {}))
show("no template", lambda: render("", {}))
