"""What became of the items of a stack: by what the wire showed, and by what the CLI itself said."""

from __future__ import annotations

from collections.abc import Iterable

from cab_core.records import Files, Instructions, Skill, StackItem


def given_texts(items: Iterable[StackItem]) -> dict[str, str]:
    """Return the texts of a stack that a model may be shown, by item and part."""
    found = {}
    for item in items:
        name = f"{item.kind}:{item.name}"
        if isinstance(item, Instructions | Skill):
            found[name] = item.text
        if isinstance(item, Skill):
            found[f"{name} description"] = item.description
        if isinstance(item, Files):
            found |= {f"{name} {path}": text for path, text in item.files.items()}
    return found
