"""The real copilot."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cab_core.records import Installation


@pytest.fixture(scope="session")
def copilot(installed: Callable[[str], Installation]) -> Installation:
    """The real copilot, installed once into the user's cache."""
    return installed("copilot")
