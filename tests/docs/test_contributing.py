"""What is said to those who carry on: every path is there, every hook and workflow starts what there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "SECURITY.md"])
def test_every_path_is_there(page: str) -> None:
    """In backquotes or as a link; a NAME stands for any."""
    text = (ROOT / page).read_text()
    named = {n for n in re.findall(r"`([\w.]+/[\w./]*)`", text) if "NAME" not in n}
    named |= {n.partition("#")[0] for n in re.findall(r"\]\(([\w./-]+(?:#[\w-]+)?)\)", text)}
    paths = {n.removeprefix("./") for n in named}
    known = {n for n in paths if (ROOT / n).exists() or (ROOT / "cab_core/plugins" / n).exists()}
    assert paths - known == set() and len(paths) > 1


def test_the_hooks_of_a_commit_are_those_of_the_page() -> None:
    """In the same order, each from the project's own environment."""
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    hooks = [hook["entry"] for repo in config["repos"] for hook in repo["hooks"]]
    page = (ROOT / "CONTRIBUTING.md").read_text().partition("## Before a commit")[2]
    assert re.findall(r"^\.venv/bin/.*$", page, re.M) == [f"{h} ." if "ruff" in h else h for h in hooks]


def test_workflows_start_what_there_is() -> None:
    """Each script that they run lies in the repository, and none of them leaves a credential in the checkout."""
    for path in (ROOT / ".github/workflows").glob("*.yml"):
        flow = yaml.safe_load(path.read_text())
        steps = [step for job in flow["jobs"].values() for step in job["steps"]]
        scripts = [m for step in steps for m in re.findall(r"bash (\S+)", step.get("run", ""))]
        assert scripts and all((ROOT / script).is_file() for script in scripts), path
        checkouts = [step for step in steps if step.get("uses", "").startswith("actions/checkout")]
        assert all(step["with"]["persist-credentials"] is False for step in checkouts), path
        assert flow["permissions"] == {"contents": "read"}
