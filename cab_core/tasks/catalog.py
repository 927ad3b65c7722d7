"""All tasks of all packs, and the selection of some by pattern."""

from __future__ import annotations

import fnmatch
import glob
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import attrs

from cab_core.errors import CabError, PluginUnusable, UnknownName, UserError
from cab_core.plugins.by_path import BY_PATH
from cab_core.plugins.registry import Plugins
from cab_core.records import LateFiles, PackedTask

from .families import with_families
from .left_out import left_out
from .listing import check_unchanged
from .no_pack import no_directory, no_format, no_task
from .problems import check_task, each_by_itself


class Catalog:
    """Tasks by id. Packs are read when first asked for, a pack at a time."""

    def __init__(self, plugins: Plugins, extra: Iterable[Path] = ()) -> None:
        self._plugins = plugins
        self.given = list({os.path.realpath(root): root for root in extra}.values())  # packs on disk
        self._extra = [_given(root, load_pack(plugins, root)) for root in self.given]
        given = zip(self.given, self._extra, strict=True)
        self.left_out = [said for root, pack in given if (said := left_out(root, pack))]
        self._packs: dict[str, list[PackedTask]] = {}
        self.faults: dict[str, str] = {}  # of packs that cannot be used: by name, which plugin and why

    def tasks(self) -> list[PackedTask]:
        """Return every task of the packs that can be used, sorted by id. The others are in `faults`.

        Raises:
            UserError: a directory that was given holds a task that another or an installed pack has, too.
        """
        return self._of(self._plugins.names("task_pack"))

    def _of(self, names: Sequence[str]) -> list[PackedTask]:
        """Return the tasks of these installed packs, and of the directories that were given."""
        for name in names:
            if name not in self._packs and name not in self.faults:
                try:
                    self._packs[name] = self._load(name)
                except CabError as exc:
                    self.faults[name] = str(exc)
        found = {p.task.id: p for name in names for p in self._packs.get(name, ())}
        for packed in self._own():
            if other := found.get(packed.task.id):
                raise _twice(packed, other)
            found[packed.task.id] = packed
        return [found[i] for i in sorted(found)]

    def _own(self) -> list[PackedTask]:
        """Return the tasks of the directories that were given."""
        return [p for pack in self._extra for p in pack]

    def _load(self, name: str) -> list[PackedTask]:
        row, root = self._plugins.owner("task_pack", name), self._plugins.get("task_pack", name)
        try:
            tasks = load_pack(self._plugins, root)
        except CabError as exc:
            raise PluginUnusable(f"plugin {row.owner}: task pack {name!r}: {exc} (at {row.where})") from exc
        if strangers := {t.task.pack for t in tasks} - {name}:
            raise PluginUnusable(
                f"plugin {row.owner}: task pack {name!r} calls itself {min(strangers)!r} in its pack.toml, "
                f"expected the name under which it was registered (at {row.where})"
            )
        return _given(root, tasks) if row.distribution == BY_PATH else tasks

    def select(self, patterns: Sequence[str]) -> list[PackedTask]:
        """Return the tasks that match any pattern (fnmatch on the whole id; `*` crosses `/`).

        Without a pattern: all of the directories that were given or, where none was, all there are.

        Raises:
            UnknownName: a pattern matches nothing.
            PluginUnusable: it names a pack that cannot be used.
            BadDocument: a file of a pack on disk is not what its `files.json` says.
        """
        chosen = [made(packed) for packed in self.listed(patterns)]
        for packed in (p for p in chosen if p.directory is not None):
            check_unchanged(packed.files)  # somebody works on it: what its list says may be of yesterday
        return chosen

    def listed(self, patterns: Sequence[str]) -> list[PackedTask]:
        """Return the same tasks without a look at their files.

        Raises:
            UnknownName: a pattern matches nothing.
            PluginUnusable: it names a pack that cannot be used.
        """
        if not patterns:
            tasks = self.tasks()
            return sorted(self._own(), key=lambda p: p.task.id) if self.given else tasks
        tasks = self._of(self._meant(patterns))
        for pattern in patterns:
            if not fnmatch.filter([p.task.id for p in tasks], pattern):
                if fault := self.faults.get(pattern.partition("/")[0]):
                    raise PluginUnusable(fault)
                ids = [p.task.id for p in self.tasks()]
                raise UnknownName("task", pattern, ids, self._hint(pattern, ids))
        return [p for p in tasks if any(fnmatch.fnmatchcase(p.task.id, x) for x in patterns)]

    def _meant(self, patterns: Sequence[str]) -> list[str]:
        """Return the installed packs in which these can match, and whose tasks a given directory may have."""
        names = self._plugins.names("task_pack")
        begun = {pattern.partition("/")[0] for pattern in patterns}
        if any(glob.has_magic(name) for name in begun):
            return names
        return [name for name in names if name in begun | {p.task.pack for p in self._own()}]

    def _hint(self, pattern: str, ids: list[str]) -> str:
        broken = [f"pack plugin {r.owner} is broken: {r.fault}" for r in self._plugins.faults()]
        return "; ".join([no_task(pattern, ids), *broken])


def made(packed: PackedTask) -> PackedTask:
    """Return a task with its files made; one whose files cannot be made is unavailable, and says why."""
    if not isinstance(packed.files, LateFiles):
        return packed
    try:
        whole = attrs.evolve(packed, files=packed.files.made)
        check_task(whole, packed.task.id)
    except UserError as exc:
        return _without_files(packed, str(exc))
    return whole


def _without_files(packed: PackedTask, why: str) -> PackedTask:
    doc = attrs.evolve(packed.task.doc, unavailable=why)
    return attrs.evolve(packed, task=attrs.evolve(packed.task, doc=doc), files=())


def load_pack(plugins: Plugins, root: Path) -> list[PackedTask]:
    """Return the tasks of a directory in any known format.

    Raises:
        UserError: no format recognises it, or it is malformed.
    """
    if not root.is_dir():
        raise no_directory(root)
    found, broken = _recognised(plugins, root)
    if found:
        return _checked(root, plugins.task_format(found[0]).load(root))
    raise UserError(f"task pack {root}: {_no_format(plugins, root)}{''.join(broken)}")


def load_as(plugins: Plugins, name: str, root: Path) -> list[PackedTask]:
    """Return the tasks of a directory in the format that is named.

    Raises:
        UnknownName: there is no such format.
        UserError: the directory is missing, is of another format, or is malformed.
    """
    task_format = plugins.task_format(name)
    if not root.is_dir():
        raise no_directory(root)
    if not task_format.recognises(root):
        others, _ = _recognised(plugins, root)
        its = f"it is of the format {others[0]}" if others else _no_format(plugins, root)
        raise UserError(f"task pack {root}: is not of the format {name}; {its}")
    return _checked(root, task_format.load(root))


def _no_format(plugins: Plugins, root: Path) -> str:
    return no_format(root, plugins.names("task_format"))


def _recognised(plugins: Plugins, root: Path) -> tuple[list[str], list[str]]:
    """Return the first format that recognises a directory, if one does; and what is wrong with others."""
    broken: list[str] = []
    for name in plugins.names("task_format"):
        try:
            if plugins.task_format(name).recognises(root):
                return [name], broken
        except CabError as exc:
            broken.append(f"\n{exc}")  # costs the packs that are in this format
    return [], broken


def _twice(packed: PackedTask, other: PackedTask) -> UserError:
    has = f"the pack {other.directory}" if other.directory is not None else "an installed pack"
    return UserError(
        f"task pack {packed.directory}: {has} has a task {packed.task.id}, too; give one of the two, or "
        "call one otherwise: `name` in its pack.toml or, where it has none, its directory's name"
    )


def _checked(root: Path, tasks: list[PackedTask]) -> list[PackedTask]:
    """Hold tasks of whoever's format against the same rules: what cannot be judged costs itself alone."""

    def where(packed: PackedTask) -> str:
        return f"{root}: task {packed.task.id}"

    def checked(packed: PackedTask) -> PackedTask:
        check_task(packed, where(packed))
        return packed

    return with_families(each_by_itself(tasks, checked, _without_files), where)


def _given(root: Path, tasks: list[PackedTask]) -> list[PackedTask]:
    return [attrs.evolve(task, directory=os.path.abspath(root)) for task in tasks]  # noqa: PTH100  (no link)
