"""Stacks: found by name or read from a file, composed in order, clashes told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import attrs

from cab_core.errors import UnknownName, UserError
from cab_core.plugins.registry import Plugins
from cab_core.records import Env, Files, McpServer, Recipe, StackItem, StackPart
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
    parts = tuple(_find(text, plugins) for text in wanted)
    _check_clashes([(p.name, p.items) for p in parts])
    return Stack(
        names=tuple(p.name for p in parts), items=tuple(i for p in parts for i in p.items), parts=parts
    )


def _find(text: str, plugins: Plugins) -> StackPart:
    if text.endswith(".toml"):
        found = read_document(Path(text), StackDoc)
        return StackPart(name=found.name, items=found.items())
    try:
        items: tuple[StackItem, ...] = plugins.get("stack", text)
    except UnknownName as exc:
        hint = "a stack is the name of a plugin's, or a file whose name ends in .toml"
        raise UnknownName("stack", text, exc.known, hint) from exc
    return StackPart(name=text, items=items, owner=plugins.owner("stack", text).owner)


def _check_clashes(parts: Sequence[tuple[str, tuple[StackItem, ...]]]) -> None:
    owners: dict[str, str] = {}
    for stack, items in parts:
        for item in items:
            for claim in _claims(item):
                if claim in owners:
                    raise UserError(f"stacks {owners[claim]!r} and {stack!r} both want {claim}; drop one")
                owners[claim] = stack


def _claims(item: StackItem) -> Iterator[str]:
    """Yield what only one item may have."""
    yield f"{item.kind} {item.name!r}"
    if isinstance(item, Env):
        yield from (f"the variable {n}" for n in item.values)
    if isinstance(item, Files):
        yield from (f"the file {p}" for p in item.files)
