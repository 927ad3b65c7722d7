"""The commands of the how-to pages, as a reader types them, with the real CLIs."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import pytest

from cab_core.records import Sweep, from_json
from tests.conftest import Cab

HOW_TO = Path(__file__).parents[2] / "docs/how-to"


def blocks(page: str, kind: str = "") -> list[str]:
    """Return the blocks of a page that have this kind."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", (HOW_TO / page).read_text(), re.M | re.S)
    return [text for named, text in found if named == kind]


@pytest.mark.aider
@pytest.mark.timeout(600)
def test_versions_and_settings_against_each_other(cab: Cab) -> None:
    """Every command of the page does what is said, and prints the reason that the page shows."""
    said = ""
    for line in "".join(blocks("compare-versions.md")).splitlines():
        done = cab(*shlex.split(line)[1:])
        assert done.returncode == 0, (line, done.stderr)
        said += " ".join(done.stderr.split())
    [shown] = blocks("compare-versions.md", "text")
    assert " ".join(shown.split()) in said
    rows = cab.json("results", "--json", "--scripted")
    assert {(r["version"], tuple(r["options"].items())) for r in rows} == {
        ("0.86.1", ()), ("0.86.2", ()), ("0.86.2", (("edit_format", "whole"),)), ("0.86.2", (("edit_format", "diff"),)),
    }  # fmt: skip


def test_the_sweep_file_of_the_page_is_one() -> None:
    """It fits, and is the eight cells that the page speaks of."""
    [text] = blocks("compare-versions.md", "toml")
    sweep = from_json(tomllib.loads(text), Sweep)
    assert len(sweep.tuis) * len(sweep.all_runtimes) * len(sweep.all_options) == 8
