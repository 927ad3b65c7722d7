"""The page of the hooks tells what the code does."""

from __future__ import annotations

import inspect
from pathlib import Path

from cab_core.plugins import hookspecs

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "hooks.md"


def test_every_hook_stands_in_the_docs_with_its_signature() -> None:
    """docs/reference/hooks.md names every hook with its exact signature."""
    text = PAGE.read_text()
    for name, function in vars(hookspecs).items():
        if name.startswith("cab_"):
            assert f"{name}{inspect.signature(function)}" in text, name
