"""A stack: the same items each time, and where the programs of its servers are looked for."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from cab_core.plugins.boundary import take
from cab_core.records import McpServer, Recipe, StackItem

from .look import Look


def faults(look: Look) -> Iterator[str]:
    """Yield what is wrong with a stack; its items are held against the rules where it is made."""
    if not look.thorough or look.row.registration is None:
        return
    row, make = look.row, look.row.registration.make
    yield from look.ask(
        lambda: take(make(), tuple[StackItem, ...], row.owner, f"stack {row.name!r}", row.made_at)
    )
    if look.made and list(make()) != list(look.made):
        yield look.fault("its factory makes other items the second time; expected the same")


def notes(look: Look) -> Iterator[str]:
    """Yield where each server's program is looked for: whether it is there, an image alone can tell."""
    for item in look.made:
        if isinstance(item, McpServer):
            yield f"mcp:{item.name}: {_where(item)}"


def _where(item: McpServer) -> str:
    program = item.command[0]
    if program.startswith("/"):
        there = "there is one here" if shutil.which(program) else "there is none here"
        return f"{program} must lie at that very place in the sandbox; {there}"
    if item.recipe is not None:
        return (
            f"{program!r} is looked for in what its recipe installs ({_packages(item.recipe)}), then on PATH"
        )
    there = "this machine has one" if shutil.which(program) else "this machine has none"
    return f"{program!r} is looked for on the sandbox's PATH, since the item has no recipe; {there}"


def _packages(recipe: Recipe) -> str:
    found = {"pip": recipe.pip, "npm": recipe.npm, "apt": recipe.apt}
    return "; ".join(f"{name}: {', '.join(names)}" for name, names in found.items() if names) or "nothing"
