"""Text for the terminal."""

from __future__ import annotations

import pytest

from cab_core.cli.text import say


def test_what_is_said_steers_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever says it, and whatever of it came from a stranger: a task is called as its directory is."""
    say("pack/\x1b]0;title\x07\u202eone\rtwo\nthree")
    assert capsys.readouterr().out == "pack/\\x1b]0;title\\x07\\u{202e}one\\x0dtwo\nthree\n"
