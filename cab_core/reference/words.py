"""Types and texts of the code, in words that a reader of a page takes."""

from __future__ import annotations

import inspect
import itertools
import re
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any, Literal, Union

Link = Callable[[type], str]  # how a page names a class

_PLAIN = {
    str: "text",
    bytes: "bytes",
    bool: "true or false",
    int: "integer",
    float: "number",
    type(None): "null",
    Any: "any value",
    object: "any value",
}
_CLAUSE = re.compile(r"(?<=[.])\s+|(?<=;)\s+(?=`\w+`(?: is | are |: ))")


def type_in_words(tp: Any, link: Link) -> str:
    """Return a type as JSON and TOML have it: `tuple[str, ...] | None` is a list of text or null."""
    if tp in _PLAIN:
        return _PLAIN[tp]
    origin, args = typing.get_origin(tp), typing.get_args(tp)
    if origin is Literal:
        return " or ".join(f"`{a}`" for a in args)
    if origin in (Union, types.UnionType):
        return " or ".join(type_in_words(a, link) for a in args)
    if origin is None:
        return link(tp)
    if origin is Callable:
        return "function"
    if issubclass(origin, Mapping):
        return f"map of {type_in_words(args[0], link)} to {type_in_words(args[-1], link)}"
    if origin is tuple and args[-1] is not Ellipsis:
        return f"({', '.join(type_in_words(a, link) for a in args)})"
    return f"list of {type_in_words(args[0], link)}"


def text_of(thing: Any) -> str:
    """Return a docstring without its indentation; empty where there is none."""
    return inspect.cleandoc(thing.__doc__ or "")


def said_of(name: str, text: str) -> str:
    """Return what a docstring says of a member that it names in backquotes; empty: nothing.

    Where a sentence begins with the name, those that follow belong to it, until one begins with another.
    """
    for paragraph in text.split("\n\n"):
        clauses = _CLAUSE.split(" ".join(paragraph.split()))
        for n, clause in enumerate(clauses):
            if clause.startswith(f"`{name}`"):
                more = itertools.takewhile(lambda c: not c.startswith("`"), clauses[n + 1 :])
                return " ".join((clause, *more)).removeprefix(f"`{name}`: ").rstrip(";")
    clauses = _CLAUSE.split(" ".join(text.split()))
    return next((c for c in clauses if f"`{name}`" in c), "")


def begun_by(paragraph: str) -> set[str]:
    """Return the members that its sentences begin with; empty where the first begins with none."""
    found = [re.match(r"`(\w+)`", clause) for clause in _CLAUSE.split(" ".join(paragraph.split()))]
    return {match[1] for match in found if match} if found[0] else set()


def signature(function: Callable[..., Any]) -> str:
    """Return the signature as the code has it, without `self`."""
    found = inspect.signature(function)
    kept = [p for p in found.parameters.values() if p.name != "self"]
    return str(found.replace(parameters=kept)).replace("'", "")
