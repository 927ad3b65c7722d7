"""The real copilot."""

from __future__ import annotations

import pytest

from cab_core.plugins.registry import Plugins
from cab_core.records import Installation


@pytest.fixture(scope="session")
def copilot() -> Installation:
    """The real copilot, installed once into the user's cache."""
    plugins = Plugins()
    adapter = plugins.adapter("copilot")
    return plugins.runtime("local").install(adapter, adapter.default_version, (), (), print)
