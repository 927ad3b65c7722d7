"""The files that a server of a stack brings: they lie below HOME, where its command calls them `{files}`."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from cab_core.plugins.rules import BROUGHT
from cab_core.records import McpServer, StackItem

_MARK = "{files}"


def brought(items: Iterable[StackItem]) -> dict[str, str]:
    """Return the files of all servers, by path below HOME."""
    servers = [item for item in items if isinstance(item, McpServer)]
    return {f"{_directory(item)}/{path}": text for item in servers for path, text in item.files.items()}


def placed(item: StackItem, home: str) -> StackItem:
    """Return an item as a CLI is given it: with the directory where its files lie, and no files any more."""
    if not isinstance(item, McpServer) or not item.files:
        return item
    directory = f"{home}/{_directory(item)}"
    command = tuple(word.replace(_MARK, directory) for word in item.command)
    env = {name: value.replace(_MARK, directory) for name, value in item.env.items()}
    return attrs.evolve(item, command=command, env=env, files={})


def _directory(item: McpServer) -> str:
    return f"{BROUGHT}/{item.name}"
