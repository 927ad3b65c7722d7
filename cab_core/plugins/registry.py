"""One typed face over all plugins: ask for an object by kind and name."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

from cab_core.errors import PluginConflict, PluginUnusable, UnknownName

from .loader import Loaded, PluginRow, load
from .protocols import Adapter, Executor, Runtime, Scorer, TaskFormat
from .registration import Kind

_WORDS: dict[Kind, str] = {
    "adapter": "CLI",
    "scorer": "axis",
    "task_pack": "task pack",
    "stack": "stack",
    "runtime": "runtime",
    "executor": "executor",
    "task_format": "task format",
}
# What an object must have; checked when it is made, so that the error names its plugin.
_MUST: dict[Kind, tuple[str, ...]] = {
    "adapter": ("name", "default_version", "protocols", "recipe", "version_argv", "launch", "harvest"),
    "scorer": ("axis", "headline", "needs", "score"),
    "runtime": ("name", "citable", "networks", "sockets", "install", "scratch", "inside", "endpoint", "run"),
    "executor": ("name", "map"),
    "task_format": ("name", "recognises", "load"),
}


class Plugins:
    """The plugins of one run. Loading is done on first use; objects are made once, when asked for."""

    def __init__(self, disabled: Iterable[str] = ()) -> None:
        self._disabled = tuple(disabled)
        self._made: dict[tuple[Kind, str], Any] = {}

    @functools.cached_property
    def loaded(self) -> Loaded:
        """What the scan of the entry points found."""
        return load(self._disabled)

    @property
    def rows(self) -> list[PluginRow]:
        """All objects; those that share a name have the status `conflict`."""
        return self.loaded.rows

    def faults(self) -> list[PluginRow]:
        """Rows that deserve a warning line: broken or refused, not those switched off."""
        return [r for r in self.rows if r.status in ("broken", "refused", "conflict")]

    def names(self, kind: Kind) -> list[str]:
        """Return the names of one kind, sorted, each once."""
        return sorted({r.name for r in self.rows if r.kind == kind and r.status == "ok"})

    def owner(self, kind: Kind, name: str) -> PluginRow:
        """Return the one row that offers `name`.

        Raises:
            PluginConflict: two distributions offer it.
            PluginUnusable: it is broken or switched off.
            UnknownName: nothing offers it.
        """
        rows = [r for r in self.rows if r.kind == kind and r.name == name and r.registration is not None]
        if len(rows) > 1:
            raise PluginConflict(_WORDS[kind], name, [r.owner for r in rows])
        if rows:
            return rows[0]
        for row in self.rows:
            if row.status != "ok" and name in (row.entry_point, row.name):
                raise PluginUnusable(
                    f"{_WORDS[kind]} {name!r}: plugin {row.owner} is {row.status}: {row.fault}"
                )
        raise UnknownName(_WORDS[kind], name, self.names(kind))

    def get(self, kind: Kind, name: str) -> Any:
        """Return the object, made on first use.

        Raises:
            UserError: as `owner`, or the plugin's factory fails.
        """
        key = (kind, name)
        if key not in self._made:
            self._made[key] = self._make(kind, name)
        return self._made[key]

    def _make(self, kind: Kind, name: str) -> Any:
        row = self.owner(kind, name)
        assert row.registration is not None
        try:
            made = row.registration.make()
        except (Exception, SystemExit) as exc:
            raise PluginUnusable(
                f"{_WORDS[kind]} {name!r}: plugin {row.owner} cannot make it: {type(exc).__name__}: {exc}"
            ) from exc
        missing = [a for a in _MUST.get(kind, ()) if not hasattr(made, a)]
        if missing:
            raise PluginUnusable(
                f"{_WORDS[kind]} {name!r}: what plugin {row.owner} made ({type(made).__name__}) lacks "
                + ", ".join(missing)
            )
        return made

    def adapter(self, name: str) -> Adapter:
        """Return a CLI's adapter."""
        return cast("Adapter", self.get("adapter", name))

    def runtime(self, name: str) -> Runtime:
        """Return a runtime."""
        return cast("Runtime", self.get("runtime", name))

    def executor(self, name: str) -> Executor:
        """Return an executor."""
        return cast("Executor", self.get("executor", name))

    def scorers(self) -> list[Scorer]:
        """Return all scorers, each after those it needs.

        Raises:
            PluginUnusable: a needed axis is missing, or they need each other in a circle.
        """
        waiting = {n: cast("Scorer", self.get("scorer", n)) for n in self.names("scorer")}
        ordered: list[Scorer] = []
        while waiting:
            done = {s.axis for s in ordered}
            ready = [n for n, s in waiting.items() if set(s.needs) <= done]
            if not ready:
                needs = "; ".join(f"{n} needs {', '.join(s.needs)}" for n, s in waiting.items())
                raise PluginUnusable(f"axes cannot be ordered: {needs}")
            ordered += [waiting.pop(n) for n in ready]
        return ordered

    def pack_roots(self) -> dict[str, Path]:
        """Return the directories of all task packs by name."""
        return {n: Path(self.get("task_pack", n)) for n in self.names("task_pack")}

    def task_formats(self) -> list[TaskFormat]:
        """Return all readers of task data."""
        return [cast("TaskFormat", self.get("task_format", n)) for n in self.names("task_format")]
