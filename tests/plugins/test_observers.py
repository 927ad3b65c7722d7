"""Lifecycle hooks observe and harm nobody."""

from __future__ import annotations

import threading

import pluggy

from cab_core.plugins import hookspecs
from cab_core.plugins.markers import hookimpl
from cab_core.plugins.observers import Observers


def manager_with(plugin: object) -> pluggy.PluginManager:
    """Return a plugin manager with one plugin."""
    manager = pluggy.PluginManager("cab")
    manager.add_hookspecs(hookspecs)
    manager.register(plugin, name="third:party")
    return manager


def test_what_a_hook_raises_is_reported_with_its_plugin() -> None:
    """An exception in a hook becomes one report that names the plugin; later events still arrive."""

    class Plugin:
        seen: list[object] = []

        @hookimpl
        def cab_cell_started(self, cell: object) -> None:
            self.seen.append(cell)
            raise ValueError("no")

    reports: list[str] = []
    with Observers(manager_with(Plugin()), reports.append) as observers:
        observers.tell("cab_cell_started", cell=1)
        observers.tell("cab_cell_started", cell=2)
    assert Plugin.seen == [1, 2]
    assert all("third:party" in r and "ValueError" in r for r in reports) and len(reports) == 2


def test_a_slow_hook_never_blocks_who_tells() -> None:
    """With a full queue events are dropped and counted; nobody waits."""
    gate = threading.Event()

    class Plugin:
        @hookimpl
        def cab_cell_started(self, cell: object) -> None:
            gate.wait(10)

    reports: list[str] = []
    with Observers(manager_with(Plugin()), reports.append, size=2) as observers:
        for number in range(50):
            observers.tell("cab_cell_started", cell=number)
        assert observers.dropped >= 47
        gate.set()
    assert any("dropped" in r for r in reports)
