"""A registry without discovery has what a test adds, and treats it as what is installed."""

from __future__ import annotations

from cab_core import Registration, hookimpl
from cab_core.testing import Registry, ScriptAdapter


class Plugin:
    """A plugin object with a hook."""

    @hookimpl
    def cab_adapters(self) -> list[Registration]:
        return [Registration(name="script", summary="s", factory=lambda: ScriptAdapter("call()"))]


class Broken:
    """A plugin object whose hook is none."""

    @hookimpl
    def cab_adaptors(self) -> None:
        pass


def test_nothing_is_there_that_was_not_added(plugin_manager: Registry) -> None:
    """Neither a CLI nor a runtime of those that are installed."""
    assert plugin_manager.rows == []
    assert plugin_manager.add(Plugin(), "cab_core.runtimes.plugin").names("adapter") == ["script"]
    assert plugin_manager.names("runtime") == ["bwrap", "docker", "local"]
    assert plugin_manager.adapter("script").default_version == "1"


def test_a_faulty_plugin_is_a_row_that_says_so(plugin_manager: Registry) -> None:
    """As of one that is installed; what it calls wrong is named, with its line."""
    [row] = plugin_manager.add(Broken()).faults()
    assert row.status == "broken" and "unknown hook 'cab_adaptors'" in str(row.fault)
    assert "test_registry.py:" in str(row.fault)


def test_two_plugins_that_claim_a_name_are_a_conflict(plugin_manager: Registry) -> None:
    """Also where one was offered without a hook."""
    plugin_manager.add(Plugin())
    plugin_manager.offer("adapter", Registration(name="script", summary="s", factory=object))
    assert [row.status for row in plugin_manager.rows] == ["conflict", "conflict"]
