"""Of what all have in common that runs a real CLI a part is run always, the rest before a release."""

from __future__ import annotations

import pytest

from cab_core.testing import AdapterConformance
from tests.adapters.built_in import BuiltInTasks

# Of CLIs that start fast.
OFTEN = {
    ("codex", "429 then fine"), ("claude", "dropped stream"), ("pi", "unknown tool"), ("continue", "404"),
    ("opencode", "404"), ("copilot", "404"), ("aider", "401"),
}  # fmt: skip
# Three that start fast, each with a protocol of its own: of these the whole kit is run always.
WHOLE = {"codex", "claude", "pi"}
# Of the others not these.
BEFORE_A_RELEASE = {
    "test_its_record_answers_it_again", "test_a_task_s_text_is_no_command", "test_an_error_of_the_endpoint_is_told",
    "test_oracle_passes_and_null_fails",
}  # fmt: skip
# These take 5 to 20 seconds of a processor for each cell. Their odd solution has to pass, and one plain run.
SLOW = {"aider", "cline", "kilo", "mini-swe-agent"}
OF_SLOW = {
    "test_null_fails",
    "test_the_oracle_passes_through_its_own_edits",
    "test_a_stack_reaches_the_model",
}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the rows, before those that are marked are left out."""
    for item in items:
        cls = getattr(item, "cls", None)
        if not (isinstance(cls, type) and issubclass(cls, (AdapterConformance, BuiltInTasks))):
            continue
        long = item.get_closest_marker("conformance_long") is not None
        if long:
            item.add_marker(pytest.mark.timeout(240))
        if _left(item, getattr(cls, "name", None) or cls.tui, long):
            item.add_marker(pytest.mark.prove)


def _left(item: pytest.Item, tui: str, long: bool) -> bool:
    """Return whether a test of the kit is run before a release alone."""
    if long:
        call = getattr(item, "callspec", None)
        return not {(tui, row) for row in (call.params.values() if call else ())} & OFTEN
    left = BEFORE_A_RELEASE | (OF_SLOW if tui in SLOW else set())
    return tui not in WHOLE and getattr(item, "originalname", "") in left
