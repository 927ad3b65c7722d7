"""Of the kit's long rows a few are run always, the others before a release."""

from __future__ import annotations

import pytest

# Of CLIs that start fast.
OFTEN = {
    ("codex", "429 then fine"), ("claude", "dropped stream"), ("pi", "unknown tool"), ("continue", "404"),
    ("opencode", "404"), ("copilot", "404"), ("aider", "401"),
}  # fmt: skip


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the rows, before those that are marked are left out."""
    for item in items:
        call = getattr(item, "callspec", None)
        if call is None or item.get_closest_marker("conformance_long") is None:
            continue
        if not {(item.cls.name, row) for row in call.params.values()} & OFTEN:  # type: ignore[attr-defined]
            item.add_marker(pytest.mark.prove)
        item.add_marker(pytest.mark.timeout(240))
