"""The page on the CLIs speaks of those that there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cab_core.plugins.registry import Plugins

DOCS = Path(__file__).parents[2] / "docs"


def test_each_built_in_cli_has_a_row_with_the_version_that_was_seen() -> None:
    """A version that is pinned anew is looked at anew."""
    plugins = Plugins()
    built_in = plugins.names("adapter")
    page = (DOCS / "explanation/clis.md").read_text()
    rows = dict(re.findall(r"^\| ([\w-]+) (\d[\w.]*) \|", page, re.MULTILINE))
    assert rows == {name: plugins.adapter(name).default_version for name in built_in}


def test_each_has_a_row_that_says_what_it_makes_of_a_stack() -> None:
    """None is left out there either."""
    rows = re.findall(r"^\| ([\w-]+) \|", (DOCS / "how-to/use-a-stack.md").read_text(), re.MULTILINE)
    assert set(Plugins().names("adapter")) <= set(rows)


@pytest.mark.parametrize("name", Plugins().names("adapter"))
def test_what_can_be_set_is_named(name: str) -> None:
    """Every option of an adapter, and the parameters where not any are taken; and none beside."""
    adapter = Plugins().adapter(name)
    page = (DOCS / "explanation/clis.md").read_text().partition("## What can be set")[2]
    found = re.search(rf"^\| {name} \| (.*)\| (.*) \|$", page, re.MULTILINE)
    assert found is not None
    options = re.findall(r"`(\w+)` \(", found[1])
    assert options == list(getattr(adapter, "options", {}))
    params = getattr(adapter, "model_params", None)
    assert re.findall(r"`(\w+)`", found[2]) == list(params or ()) and (found[2] == "any") is (params is None)
