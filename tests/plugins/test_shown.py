"""Tool calls as a person reads them."""

from __future__ import annotations

import pytest

from cab_core.plugins.shown import shown_call


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ({"command": "ls -l\npwd", "description": "x"}, "$ ls -l\npwd"),
        ({"file_path": "a", "old_string": "1\n2", "new_string": "3"}, "> t a\n-1\n-2\n+3"),
        ({"filePath": "a", "content": "1\n"}, "> t a\n+1"),
        ({"path": "a", "limit": 3}, "> t a"),
        (
            {"path": "a", "edits": [{"oldText": "1", "newText": "2"}, 5, {"new_str": "3"}]},
            "> t a\n-1\n+2\n+3",
        ),
        ({"query": "é"}, '> t {"query": "é"}'),
        ({"command": 5}, '> t {"command": 5}'),
        (None, "> t null"),
    ],
)
def test_a_call_is_a_command_or_lines_that_change(arguments: object, shown: str) -> None:
    """Whatever a CLI calls its arguments; the rest is JSON."""
    assert shown_call("t", arguments) == shown


def test_a_long_call_is_shortened() -> None:
    """How many lines are left out is said."""
    assert shown_call("t", {"command": "x\n" * 90}).endswith("(70 more lines)")
