"""What the items of a stack must hold to, so that no CLI's adapter is blamed for what a stack gives it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from cab_core.records import Args, Env, Files, Instructions, McpServer, Skill, StackItem

from . import rules
from .checked import Misfit
from .rules import in_it


def hold_stack(items: Sequence[StackItem], places: Sequence[str]) -> None:
    """Hold the items of one stack, each at its place in the document or list, against the rules.

    Raises:
        Misfit: an item cannot be given to any CLI, or two of them want one thing.
    """
    placed = list(zip(places, items, strict=True))
    for place, item in placed:
        for misfit in _misfits(item, place):
            raise misfit
    for (first, item), (second, other) in combinations(placed, 2):
        if both := clash(item, other):
            raise Misfit(
                second, "what no other item of the stack wants", f"an item that wants {both}, as {first} does"
            )


def clash(item: StackItem, other: StackItem) -> str | None:
    """Return what two items want that only one may have, or None."""
    if (item.kind, item.name) == (other.kind, other.name):
        return f"{item.kind} {item.name!r}"
    if isinstance(item, Env) and isinstance(other, Env):
        return next((f"the variable {n}" for n in item.values if n in other.values), None)
    if isinstance(item, Files) and isinstance(other, Files):
        met = ((a, b) for a in item.files for b in other.files if rules.meet(a, b))
        return next((_file(a, b) for a, b in met), None)
    return None


def _file(path: str, other: str) -> str:
    return f"the file {path}" + (f" (beside {other})" if path != other else "")


def _misfits(item: StackItem, at: str) -> Iterator[Misfit]:
    if isinstance(item, McpServer):
        yield from rules.words(item.command, in_it(at, "command"))
        yield from rules.variables(item.env, in_it(at, "env"))
        yield from rules.packages(item.recipe, in_it(at, "recipe")) if item.recipe else ()
        yield from _files(item.files, in_it(at, "files"))
        if not item.files and any("{files}" in word for word in (*item.command, *item.env.values())):
            yield Misfit(in_it(at, "files"), "the files whose directory `{files}` names", "none")
    elif isinstance(item, Env):
        yield from rules.variables(item.values, in_it(at, "values"))
    elif isinstance(item, Args):
        yield from rules.words(item.argv, in_it(at, "argv"))
    elif isinstance(item, Files):
        yield from _files(item.files, in_it(at, "files"))
    elif isinstance(item, Instructions | Skill):
        yield from rules.text(item.text, in_it(at, "text"))
        yield from rules.text(getattr(item, "description", ""), in_it(at, "description"))
        yield from _files(getattr(item, "files", {}), in_it(at, "files"))


def _files(texts: Mapping[str, str], at: str) -> Iterator[Misfit]:
    yield from rules.files(texts, at)
    for path, other in combinations(texts, 2):
        if rules.meet(path, other):
            yield Misfit(at, "files that can lie beside each other", _file(path, other))
