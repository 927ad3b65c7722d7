"""Finding plugins: one entry point at a time, so that a broken one harms nobody else.

pluggy's own loader stops at the first failure, skips a duplicate name silently and takes any return
value; hence this one.
"""

from __future__ import annotations

import functools
import inspect
import os
import time
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import attrs
import pluggy

from cab_core import __version__
from cab_core.errors import UnknownName, nearest

from . import hookspecs
from .authors import defined_at, is_ctrl_c, raised_at, roots_of, said
from .by_path import BY_PATH, PathEntry, path_entries
from .markers import PROJECT
from .registration import API_VERSION, HOOK_KINDS, Kind, Registration

GROUP = "cab"
Status = Literal["ok", "broken", "disabled", "refused", "conflict"]
Entry = metadata.EntryPoint | PathEntry


@attrs.frozen(kw_only=True)
class PluginRow:
    """One object of a plugin, or (kind `plugin`) an entry point that registered nothing."""

    name: str
    distribution: str
    entry_point: str
    version: str
    kind: str
    status: Status
    summary: str = ""
    fault: str | None = None
    registration: Registration | None = attrs.field(default=None, repr=False)
    where: str = attrs.field(default="", repr=False)  # file and line of the hook that registered it
    roots: tuple[str, ...] = attrs.field(default=(), repr=False)  # where the plugin's code lies
    import_ms: float | None = attrs.field(
        default=None, repr=False
    )  # of its module; None: it was not imported

    @property
    def owner(self) -> str:
        """`distribution:entry point`, the plugin's identity."""
        return f"{self.distribution}:{self.entry_point}"

    @property
    def made_at(self) -> str:
        """File and line of the factory where it is a function, else of the hook that registered it."""
        factory = self.registration.factory if self.registration else None
        return defined_at(factory) if inspect.isfunction(factory) else self.where


@attrs.define
class Loaded:
    """Everything that was found: rows for people, the plugin manager for the hooks."""

    rows: list[PluginRow] = attrs.field(factory=list)
    manager: pluggy.PluginManager = attrs.field(factory=lambda: pluggy.PluginManager(PROJECT))


class _Fault(Exception):
    """Why an entry point is not used; `status` is broken or refused."""

    def __init__(self, message: str, status: Status = "broken") -> None:
        super().__init__(message)
        self.status = status


def nothing_loaded() -> Loaded:
    """Return what is there before any plugin is."""
    loaded = Loaded()
    loaded.manager.add_hookspecs(hookspecs)
    return loaded


def load(disabled: Iterable[str] = (), paths: Iterable[Path] = ()) -> Loaded:
    """Scan the entry points of group `cab`, and what lies at `paths`, and register each one that works.

    `disabled` holds entry point names or `dist:NAME`; the variables CAB_DISABLE_PLUGINS (comma
    separated) and CAB_NO_PLUGINS=1 add to it.

    Raises:
        UnknownName: nothing is there of a name in `disabled`; a variable may name what is not there.
        UserError: there is no plugin at one of the paths.
    """
    loaded = nothing_loaded()
    installed = sorted(_entry_points(), key=lambda e: (_dist(e), e.name))
    entries: list[Entry] = [*installed, *path_entries(paths)]
    off = set(disabled)
    for name in off - (known := {e.name for e in entries} | {f"dist:{_dist(e)}" for e in entries}):
        raise UnknownName("plugin", name, known, "`cab plugins list` names them")
    off |= {n.strip() for n in os.environ.get("CAB_DISABLE_PLUGINS", "").split(",") if n.strip()}
    everything_off = os.environ.get("CAB_NO_PLUGINS", "") not in ("", "0")
    for entry in entries:
        if everything_off or entry.name in off or f"dist:{_dist(entry)}" in off:
            loaded.rows.append(_plain_row(entry, "disabled", "switched off for this run"))
        else:
            loaded.rows.extend(_load_one(entry, loaded.manager))
    loaded.rows = mark_conflicts(loaded.rows)
    return loaded


def mark_conflicts(rows: list[PluginRow]) -> list[PluginRow]:
    """Give each object whose name another distribution claims too the status `conflict`."""
    owners: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        if row.registration is not None:
            owners.setdefault((row.kind, row.name), []).append(row.owner)

    def marked(row: PluginRow) -> PluginRow:
        others = [o for o in owners.get((row.kind, row.name), []) if o != row.owner]
        if not others or row.registration is None:
            return row
        return attrs.evolve(row, status="conflict", fault=f"the name is claimed by {', '.join(others)} too")

    return [marked(row) for row in rows]


@attrs.frozen
class Origin:
    """The distribution that an entry point comes from."""

    name: str = "unknown"
    version: str = ""
    requires: tuple[str, ...] = ()


def origin_of(entry: Entry) -> Origin:
    """Return where an entry point comes from."""
    if isinstance(entry, PathEntry):
        return Origin(BY_PATH, entry.version)
    return _origin(entry.dist) if entry.dist else Origin()


@functools.lru_cache(256)  # each answer of a distribution reads all that it says of itself
def _origin(dist: metadata.Distribution) -> Origin:
    told = dist.metadata
    return Origin(told["Name"] or "unknown", told["Version"] or "", tuple(dist.requires or ()))


def _dist(entry: Entry) -> str:
    return origin_of(entry).name


def _entry_points() -> Iterable[metadata.EntryPoint]:
    return metadata.entry_points(group=GROUP)


def _plain_row(entry: Entry, status: Status, fault: str | None) -> PluginRow:
    origin = origin_of(entry)
    return PluginRow(
        name=entry.name,
        distribution=origin.name,
        version=origin.version,
        entry_point=entry.name,
        kind="plugin",
        status=status,
        fault=fault,
    )


def _load_one(entry: Entry, manager: pluggy.PluginManager) -> list[PluginRow]:
    base = _plain_row(entry, "ok", None)
    start = time.perf_counter()
    try:
        _check_requirement(entry)
        plugin = _import(entry)
    except _Fault as fault:
        return [attrs.evolve(base, status=fault.status, fault=str(fault))]
    took = round((time.perf_counter() - start) * 1000, 1)
    return rows_of(plugin, attrs.evolve(base, roots=roots_of(entry.module), import_ms=took), manager)


def rows_of(plugin: Any, base: PluginRow, manager: pluggy.PluginManager) -> list[PluginRow]:
    """Register a plugin that is there; return a row for each object, or one that says what is wrong with it.

    `base`: the row of a plugin that registers nothing.
    """
    try:
        _register(plugin, base.owner, manager)
        found = list(_registrations(base.owner, manager))
    except _Fault as fault:
        if manager.has_plugin(base.owner):
            manager.unregister(plugin)
        return [attrs.evolve(base, status=fault.status, fault=str(fault))]
    rows = [
        attrs.evolve(base, name=r.name, kind=kind, summary=r.summary, registration=r, where=where)
        for kind, r, where in found
    ]
    return rows or [base]


def _check_requirement(entry: Entry) -> None:
    """Refuse a plugin whose own metadata says that it needs another cab than this one."""
    wanted = [
        r for r in origin_of(entry).requires if r.lower().replace("_", "-").startswith("codingagentbench")
    ]
    if not wanted:
        return
    from packaging.requirements import InvalidRequirement, Requirement

    for text in wanted:
        try:
            need = Requirement(text)
        except InvalidRequirement:
            continue
        if need.name == "codingagentbench" and not need.specifier.contains(__version__, prereleases=True):
            raise _Fault(f"needs codingagentbench {need.specifier}, this is {__version__}", "refused")


def _import(entry: Entry) -> Any:
    try:
        return entry.load()
    except BaseException as exc:
        if is_ctrl_c(exc):
            raise
        raise _Fault(f"cannot be imported: {_cause(exc, entry.module)}") from exc


def _register(plugin: Any, owner: str, manager: pluggy.PluginManager) -> None:
    if other := manager.get_name(plugin):
        raise _Fault(f"it is there already, as {other}", "conflict")
    try:
        manager.register(plugin, name=owner)
        manager.check_pending()
    except (pluggy.PluginValidationError, ValueError) as exc:
        raise _Fault(_explain_hooks(plugin, manager) or str(exc).replace("\n", "; ")) from exc
    if (told := _explain_hooks(plugin, manager)) is not None:
        raise _Fault(told)


def _explain_hooks(plugin: Any, manager: pluggy.PluginManager) -> str | None:
    """Return what is wrong with the names of a plugin's hooks, or None.

    A function of a module that is called `cab_...` but bears no marker is a mistake too: pluggy
    would never call it.
    """
    known = [n for n in vars(hookspecs) if n.startswith("cab_")]
    for name, value in list(vars(plugin).items()) if isinstance(plugin, ModuleType) else []:
        if not name.startswith("cab_") or not callable(value):
            continue
        if manager.parse_hookimpl_opts(plugin, name) is None and value.__module__ == plugin.__name__:
            return f"{name}() looks like a hook but lacks @hookimpl{_unused(value)}"
    for name in dir(plugin):
        if manager.parse_hookimpl_opts(plugin, name) is not None and name not in known:
            # A question ends a sentence: what follows begins a new one.
            question = nearest(name, known)
            return f"unknown hook {name!r}{question}{_unused(getattr(plugin, name), question)}"
    return None


def _unused(hook: Any, question: str = "") -> str:
    """Return what a wrong hook costs, and where it is."""
    cost = " Nothing" if question.endswith("?") else "; nothing"
    return f"{cost} of this plugin is used (at {defined_at(hook)})"


def _registrations(owner: str, manager: pluggy.PluginManager) -> Iterator[tuple[Kind, Registration, str]]:
    """Yield what the hooks of a plugin return, with the place of the hook."""
    for hook_name, kind in HOOK_KINDS.items():
        for impl in getattr(manager.hook, hook_name).get_hookimpls():
            if impl.plugin_name != owner:
                continue
            at = defined_at(impl.function)
            try:
                returned = impl.function()
                items = None if isinstance(returned, str | dict) else list(returned)
            except BaseException as exc:
                if is_ctrl_c(exc):
                    raise
                told = _cause(exc, impl.function.__module__, at)
                raise _Fault(f"{hook_name}() raised {told}") from exc
            if items is None:
                wrong = f"{hook_name}() returned {type(returned).__name__}, expected Registrations"
                raise _Fault(f"{wrong} (at {at})")
            yield from ((kind, _checked(item, hook_name, at), at) for item in items)


def _checked(item: Any, hook_name: str, at: str) -> Registration:
    if not isinstance(item, Registration):
        wrong = f"{hook_name}() returned a {type(item).__name__}, expected cab_core.Registration"
        raise _Fault(f"{wrong} (at {at})")
    if item.api != API_VERSION:
        wrong = f"{item.name!r} was written for plugin API {item.api!r}, this is {API_VERSION}"
        raise _Fault(f"{wrong} (at {at})", "refused")
    return item


def _cause(exc: BaseException, module: str, otherwise: str = "") -> str:
    at = raised_at(exc, roots_of(module), otherwise)
    return said(exc) + (f" (at {at})" if at else "")
