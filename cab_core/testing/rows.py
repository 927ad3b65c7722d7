"""Rows of long matrices: some of them are run always, the others carry the marker `conformance_long`."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Any

import pytest


def rows(names: Iterable[str], often: Container[str]) -> list[Any]:
    """Return names as cases of a test."""
    long = pytest.mark.conformance_long
    return [pytest.param(name, marks=() if name in often else long, id=name) for name in names]
