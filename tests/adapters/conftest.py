"""The real CLIs."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from cab_core.plugins.registry import Plugins
from cab_core.records import Installation


@pytest.fixture(scope="session")
def installed() -> Callable[[str], Installation]:
    """A CLI by its name, installed once into the user's cache."""
    plugins = Plugins()

    @cache
    def install(tui: str) -> Installation:
        adapter = plugins.adapter(tui)
        return plugins.runtime("local").install(adapter, adapter.default_version, (), (), print)

    return install
