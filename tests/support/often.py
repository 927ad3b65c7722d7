"""A long matrix whose rows prove one rule: a few of its rows in `make test`, all of them in `make prove`."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Any

import pytest


def rows(every: Iterable[Any], often: Container[Any]) -> list[Any]:
    """Return the values as cases of a test; those that are not in `often` are run before a release alone.

    A tuple is one value; its name is its parts' with a dash between.
    """
    return [
        pytest.param(
            value,
            marks=() if value in often else pytest.mark.prove,
            id="-".join(value) if isinstance(value, tuple) else None,
        )
        for value in every
    ]
