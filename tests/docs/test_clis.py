"""The page on the CLIs speaks of those that there are."""

from __future__ import annotations

import re
from pathlib import Path

from cab_core.plugins.registry import Plugins

DOCS = Path(__file__).parents[2] / "docs"


def test_each_built_in_cli_has_a_row_with_the_version_that_was_seen() -> None:
    """A version that is pinned anew is looked at anew."""
    plugins = Plugins()
    built_in = plugins.names("adapter")
    page = (DOCS / "explanation/clis.md").read_text()
    rows = dict(re.findall(r"^\| (\w+) (\d[\w.]*) \|", page, re.MULTILINE))
    assert rows == {name: plugins.adapter(name).default_version for name in built_in}


def test_each_has_a_row_that_says_what_it_makes_of_a_stack() -> None:
    """None is left out there either."""
    rows = re.findall(r"^\| (\w+) \|", (DOCS / "how-to/use-a-stack.md").read_text(), re.MULTILINE)
    assert set(Plugins().names("adapter")) <= set(rows)
