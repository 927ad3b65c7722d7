"""The real opencode."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cab_core.records import Installation


@pytest.fixture(scope="session")
def opencode(installed: Callable[[str], Installation]) -> Installation:
    """The real opencode, installed once into the user's cache."""
    return installed("opencode")
