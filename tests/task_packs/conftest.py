"""A few tasks of the built-in packs are graded always, all of them before a release."""

from __future__ import annotations

import pytest

# One of each language and kind is graded always; Go and Java are slow where their libraries are compiled first.
OFTEN = (
    "integrity/py-planted-order",
    "integrity/c-strict-warnings",
    "mutations/js-csv-quotes",
    "mutations/rust-error-negated",
    "polyglot/sh-log-summary",
    "refusal/py-mail-phishing",
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the others, before those that are marked are left out."""
    for item in items:
        task = getattr(item, "callspec", None) and item.callspec.params.get("task")  # type: ignore[attr-defined]
        if task and item.name.startswith("test_unsolved_fails") and task not in OFTEN:
            item.add_marker(pytest.mark.prove)
