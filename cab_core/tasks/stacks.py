"""Stacks: found by name or read from a file, composed in order, clashes told."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, product
from pathlib import Path

import attrs

from cab_core.errors import BadDocument, UnknownName, UserError
from cab_core.plugins.checked import Misfit
from cab_core.plugins.registry import Plugins
from cab_core.plugins.stack_rules import clash, hold_stack
from cab_core.records import McpServer, Recipe, StackItem, StackPart
from cab_core.records.stack import StackDoc

from .documents import read_document


@attrs.frozen(kw_only=True)
class Stack:
    """What is given to the CLI: the names for the cell's id, and the items in order.

    `parts`: where they come from.
    """

    names: tuple[str, ...] = ()
    items: tuple[StackItem, ...] = ()
    parts: tuple[StackPart, ...] = ()

    def recipes(self) -> tuple[Recipe, ...]:
        """Return what must be installed for the items."""
        return tuple(i.recipe for i in self.items if isinstance(i, McpServer) and i.recipe is not None)


def compose(wanted: Sequence[str], plugins: Plugins) -> Stack:
    """Return the stacks one after the other as one.

    Raises:
        UserError: one is unknown or malformed, or two items want one name, variable or path.
    """
    found = [_find(text, plugins) for text in wanted]
    _check_clashes(found)
    parts = tuple(part for part, _ in found)
    return Stack(
        names=tuple(p.name for p in parts), items=tuple(i for p in parts for i in p.items), parts=parts
    )


def _find(text: str, plugins: Plugins) -> tuple[StackPart, str]:
    """Return a stack, and what it is called where it is at fault."""
    if text.endswith(".toml"):
        found = _read(Path(text))
        return StackPart(name=found.name, items=found.items()), f"{found.name!r} ({text})"
    try:
        items: tuple[StackItem, ...] = plugins.get("stack", text)
    except UnknownName as exc:
        hint = "a stack is the name of a plugin's, or a file whose name ends in .toml"
        raise UnknownName("stack", text, exc.known, hint) from exc
    row = plugins.owner("stack", text)
    return StackPart(name=text, items=items, owner=row.owner), f"{text!r} ({row.owner}, at {row.made_at})"


def _read(path: Path) -> StackDoc:
    found = read_document(path, StackDoc)
    try:
        hold_stack(found.items(), found.places())
    except Misfit as misfit:
        raise BadDocument(
            str(path), [(misfit.where, f"expected {misfit.expected}, got {misfit.got}")]
        ) from misfit
    return found


def _check_clashes(found: Sequence[tuple[StackPart, str]]) -> None:
    for (part, said), (other, said_of_other) in combinations(found, 2):
        if said == said_of_other:
            raise UserError(f"stack {said} is given twice; drop one")
        for item, another in product(part.items, other.items):
            if both := clash(item, another):
                raise UserError(f"stacks {said} and {said_of_other} both want {both}; drop one")
