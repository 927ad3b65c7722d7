"""A repository of which no task can be made: why, and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Cab
from tests.support.histories import SHOP, history

pytest.importorskip("tree_sitter")


def test_tests_that_notice_nothing_are_perhaps_not_run(tmp_path: Path) -> None:
    """The command that ends well without a test; that it runs on this machine is said before."""
    files = {"shop/a.py": "def f(a):\n    return a < 1\n", "Makefile": "test:\n\t@echo all is well\n"}
    history(tmp_path / "shop", ("A shop", files))
    done = Cab(tmp_path)("tasks", "mutate", "shop", "-o", "made", "--tests", "make test")
    said = " ".join(done.stderr.split())
    assert done.returncode == 2 and said.startswith("the tests of shop are run on this machine, as you"), said
    assert "whatever is changed, `make test` ends well (" in said and "survived), and what it prints" in said
    assert "Its last words: all is well Say with --tests 'COMMAND'" in said


def test_why_commits_are_none_is_said_in_words(tmp_path: Path) -> None:
    """How many for which reason."""
    history(tmp_path / "shop", ("A shop", SHOP), ("More", {"shop/b.py": "b = 1\n"}))
    done = Cab(tmp_path)("tasks", "mine", "shop", "-o", "made")
    assert done.returncode == 2 and "no commit makes a sound task: 1 changes no test" in done.stderr
