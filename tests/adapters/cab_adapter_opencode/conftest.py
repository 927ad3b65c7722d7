"""The real opencode."""

from __future__ import annotations

import pytest

from cab_core.plugins.registry import Plugins
from cab_core.records import Installation


@pytest.fixture(scope="session")
def opencode() -> Installation:
    """The real opencode, installed once into the user's cache."""
    plugins = Plugins()
    adapter = plugins.adapter("opencode")
    return plugins.runtime("local").install(adapter, adapter.default_version, (), (), print)
