"""Stacks: found by name or read from a file, composed in order, clashes told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations, product
from pathlib import Path

import attrs

from cab_core.errors import BadDocument, UnknownName, UserError
from cab_core.plugins.checked import Misfit
from cab_core.plugins.registry import Plugins
from cab_core.plugins.stack_rules import clash, hold_stack
from cab_core.records import Instructions, McpServer, Recipe, StackItem, StackPart
from cab_core.records.stack import StackDoc

from .agent_plugins import MANIFEST, read_plugin
from .documents import read_document
from .skills import DOCUMENT, BadSkill, skill_of
from .stack_files import read_files, read_text

_EXPECTED = (
    "a stack is the name of a plugin's, a stack file (.toml), a text (.md), a directory with SKILL.md or "
    "plugin.json; NAME=PATH gives one at a path another name"
)


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
    name, path = path_of(text)
    if path is not None:
        found = _at(path)
        part = attrs.evolve(found, name=name or found.name)
        return part, f"{part.name!r} ({path})"
    try:
        items: tuple[StackItem, ...] = plugins.get("stack", text)
    except UnknownName as exc:
        raise UnknownName("stack", text, exc.known, _EXPECTED) from exc
    row = plugins.owner("stack", text)
    return StackPart(name=text, items=items, owner=row.owner), f"{text!r} ({row.owner}, at {row.made_at})"


def path_of(text: str) -> tuple[str, Path | None]:
    """Return name and path of `[NAME=]PATH`; no path: it is the name of a plugin's stack."""
    named = re.fullmatch(r"([A-Za-z0-9][A-Za-z0-9_.-]*)=(.+)", text, re.DOTALL)
    path = Path(named[2] if named else text)
    is_one = named or path.suffix in (".toml", ".md") or "/" in text
    return (named[1] if named else "", path) if is_one else ("", None)


def _at(path: Path) -> StackPart:
    """Return the stack of a file or a directory.

    Raises:
        UserError: it is none.
    """
    if path.name == DOCUMENT:
        return _skill_alone(path.parent)
    if path.suffix == ".toml":
        found = _read(path)
        return StackPart(name=found.name, items=found.items())
    if path.suffix == ".md":
        return _text_alone(path)
    if (path / MANIFEST).is_file():
        return read_plugin(path)
    if (path / DOCUMENT).is_file():
        return _skill_alone(path)
    raise UserError(f"stack {path}: {_what_it_is(path)}; {_EXPECTED}")


def _what_it_is(path: Path) -> str:
    if not path.exists():
        return "no such file or directory"
    if not path.is_dir():
        return "a file that is no stack"
    below = sorted(p.parent.name for name in (DOCUMENT, MANIFEST) for p in path.glob(f"*/{name}"))
    named = f", though {', '.join(below[:3])} below it {'have' if below[1:] else 'has'} one" if below else ""
    return f"the directory has neither {DOCUMENT} nor {MANIFEST}{named}"


def _text_alone(path: Path) -> StackPart:
    """Return a text to read first, such as an AGENTS.md."""
    name = re.sub(r"[^A-Za-z0-9_-]", "-", path.stem).lstrip("-_") or "text"
    text = read_text(path)
    if not text.strip():
        raise UserError(f"stack {path}: the text is empty")
    return StackPart(name=name, items=(Instructions(name=name, text=text),))


def _skill_alone(path: Path) -> StackPart:
    files = read_files(path)
    try:
        skill, unknown = skill_of(path.resolve().name, files.texts)
    except BadSkill as exc:
        raise UserError(f"stack {path}: {exc}") from exc
    return StackPart(
        name=skill.name, items=(skill,), notes=(*(f"left out: {said}" for said in files.left_out), *unknown)
    )


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
