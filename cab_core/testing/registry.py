"""A registry into which nothing is discovered: a test adds what it needs."""

from __future__ import annotations

import functools
import sys
from importlib import import_module
from typing import Any, Self

from cab_core.plugins.authors import defined_at, roots_of
from cab_core.plugins.loader import Loaded, PluginRow, mark_conflicts, nothing_loaded, rows_of
from cab_core.plugins.registration import Kind, Registration
from cab_core.plugins.registry import Plugins


class Registry(Plugins):
    """Plugins without entry points: those that were added, and no others."""

    @functools.cached_property
    def loaded(self) -> Loaded:
        """What was added until now."""
        return nothing_loaded()

    def add(self, *plugins: object) -> Self:
        """Add plugins: a module with hooks, its name, or any object with hooks.

        One that is faulty is a row that says so, as it is of an installed one: see `faults()`.
        """
        for given in plugins:
            plugin = import_module(given) if isinstance(given, str) else given
            module = str(getattr(plugin, "__module__", None) or getattr(plugin, "__name__", __name__))
            base = _row(module.replace(".", "_"), "plugin", roots_of(module))
            self._take(rows_of(plugin, base, self.loaded.manager))
        return self

    def offer(self, kind: Kind, *registrations: Registration) -> Self:
        """Add objects of one kind as a plugin's hook would."""
        for registration in registrations:
            factory = registration.factory
            module = getattr(factory, "__module__", "") if callable(factory) else factory.partition(":")[0]
            row = _row("test", kind, roots_of(module) if module in sys.modules else ())
            self._take([_offered(row, kind, registration)])
        return self

    def _take(self, rows: list[PluginRow]) -> None:
        self.loaded.rows = mark_conflicts([*self.loaded.rows, *rows])


def _row(entry: str, kind: str, roots: tuple[str, ...]) -> PluginRow:
    return PluginRow(
        name=entry, distribution="test", entry_point=entry, version="", kind=kind, status="ok", roots=roots
    )


def _offered(row: PluginRow, kind: Kind, registration: Registration) -> PluginRow:
    told: dict[str, Any] = {"name": registration.name, "kind": kind, "summary": registration.summary}
    where = defined_at(registration.factory) if callable(registration.factory) else ""
    return PluginRow(
        **told, distribution=row.distribution, entry_point=row.entry_point, version="", status="ok",
        registration=registration, where=where, roots=row.roots,
    )  # fmt: skip
