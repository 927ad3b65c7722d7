"""All tasks of all packs, and the selection of some by pattern."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Sequence
from pathlib import Path

from cab_core.errors import PluginConflict, UnknownName, UserError, nearest
from cab_core.plugins.registry import Plugins
from cab_core.records import PackedTask

from .listing import check_unchanged


class Catalog:
    """Tasks by id. Packs are read when first asked for, a pack at a time."""

    def __init__(self, plugins: Plugins, extra: Iterable[Path] = ()) -> None:
        self._plugins = plugins
        self._extra = [load_pack(plugins, root) for root in extra]
        self._packs: dict[str, list[PackedTask]] = {}

    def tasks(self) -> list[PackedTask]:
        """Return every task, sorted by id.

        Raises:
            UserError: a pack is malformed, or two packs share a name.
        """
        for name in self._plugins.names("task_pack"):
            self._load(name)
        found = {p.task.id: p for pack in self._packs.values() for p in pack}
        for packed in (p for pack in self._extra for p in pack):
            if packed.task.id in found:
                raise PluginConflict("task", packed.task.id, ["an installed pack", "--pack"])
            found[packed.task.id] = packed
        return [found[i] for i in sorted(found)]

    def _load(self, name: str) -> list[PackedTask]:
        if name not in self._packs:
            self._packs[name] = load_pack(self._plugins, Path(self._plugins.get("task_pack", name)))
        return self._packs[name]

    def select(self, patterns: Sequence[str]) -> list[PackedTask]:
        """Return the tasks that match any pattern (fnmatch on the whole id; `*` crosses `/`).

        Raises:
            UnknownName: a pattern matches nothing.
            BadDocument: a file of a pack on disk is not what its `files.json` says.
        """
        tasks = self.tasks()
        ids = [p.task.id for p in tasks]
        for pattern in patterns:
            if not fnmatch.filter(ids, pattern):
                raise UnknownName("task", pattern, ids, self._hint())
        chosen = [p for p in tasks if any(fnmatch.fnmatchcase(p.task.id, x) for x in patterns)]
        own = {p.task.id for pack in self._extra for p in pack}
        for packed in (p for p in chosen if p.task.id in own):
            check_unchanged(packed.files)  # somebody works on it: what its list says may be of yesterday
        return chosen

    def _hint(self) -> str:
        broken = [f"pack plugin {r.owner} is broken: {r.fault}" for r in self._plugins.faults()]
        return "; ".join(["see `cab tasks list`", *broken])


def load_pack(plugins: Plugins, root: Path) -> list[PackedTask]:
    """Return the tasks of a directory in any known format.

    Raises:
        UserError: no format recognises it, or it is malformed.
    """
    if not root.is_dir():
        raise UserError(f"task pack {root}: no such directory{nearest(root.name, _siblings(root))}")
    for task_format in plugins.task_formats():
        if task_format.recognises(root):
            return task_format.load(root)
    names = ", ".join(plugins.names("task_format")) or "none"
    raise UserError(
        f"task pack {root}: no known format recognises it (known: {names}); cab's own has a pack.toml"
    )


def _siblings(root: Path) -> list[str]:
    parent = root.parent
    return [p.name for p in parent.iterdir() if p.is_dir()] if parent.is_dir() else []
