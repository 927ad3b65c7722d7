"""The page on the merge gate: its commands and the steps of its workflow, with a script in place of a CLI and a model."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from cab_core import __version__
from tests.conftest import CAB, Cab
from tests.docs.test_how_to import blocks
from tests.support.packs import write_pack
from tests.support.tiny import ROOT

PAGE = "merge-gate.md"
TASKS = 6  # fewer decide nothing
# A CLI that reads a text of its stack: it solves its task where that says so.
READER = f"""
import sys
sys.path.insert(0, {ROOT!r})
from cab_core import Registration, hookimpl
from tests.support.puppet import Puppet
class Reader(Puppet):
    name = "reader"
    def __init__(self):
        super().__init__("")
    def launch(self, job):
        told = any("carefully" in getattr(item, "text", "") for item in job.stack)
        self.script = "call()" + ("\\nopen('adds.py', 'w').write('right')" if told else "")
        return super().launch(job)
@hookimpl
def cab_adapters():
    return [Registration(name="reader", summary="t", factory=Reader)]
"""
GRADER = '[[grade.commands]]\nargv = ["grep", "-q", "right", "adds.py"]\nkind = "exit"\n'


def workflow() -> dict[Any, Any]:
    """Return the workflow of the page."""
    [text] = blocks(PAGE, "yaml")
    found: dict[Any, Any] = yaml.safe_load(text)
    return found


@pytest.fixture
def repository(cab: Cab, distribution: Callable[..., str]) -> Cab:
    """A git repository with a pack and an AGENTS.md, of which the second commit is the pull request's."""
    cab.find_plugins(distribution("cab-reader", READER))
    write_pack(cab.cwd / "made", GRADER, {"workdir/adds.py": "wrong\n", "solution/adds.py": "right\n"})
    (cab.cwd / "made/mine").rename(cab.cwd / "bench")
    document = cab.cwd / "bench/pack.toml"
    document.write_text(document.read_text().replace('"mine"', '"bench"'))
    for i in range(1, TASKS):
        subprocess.run(["cp", "-r", "bench/one", f"bench/task-{i}"], cwd=cab.cwd, check=True)
    bash(cab, "git init -qb main . && git config user.email a@b && git config user.name a")
    commit(cab, "Work carefully.\n")
    gh = cab.cwd / "bin/gh"
    gh.parent.mkdir()
    gh.write_text('#!/bin/sh\necho "$@" >> said.txt\ncat gate.md >> said.txt\n')
    gh.chmod(0o755)
    return cab


def commit(cab: Cab, text: str) -> None:
    """Commit an AGENTS.md."""
    (cab.cwd / "AGENTS.md").write_text(text)
    bash(cab, "git add AGENTS.md && git commit -qm agents")


def bash(cab: Cab, script: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a script as a workflow's step does, with a stand-in for what the page leaves to the reader."""
    for there, here in (
        ("--tui opencode", "--tui reader"),
        ("YOUR_MODEL", "scripted:null"),
        (" --runtime docker", ""),
        ("--attempts 3", "--attempts 1"),
        ("cab compare stack", "cab compare --scripted stack"),
    ):
        script = script.replace(there, here)
    path = os.pathsep.join((str(cab.cwd / "bin"), str(CAB.parent), os.environ["PATH"]))
    return subprocess.run(
        ["bash", "-e", "-o", "pipefail"], input=script, cwd=cab.cwd, env={**cab.env, "PATH": path, **env},
        text=True, capture_output=True, check=False, timeout=200,
    )  # fmt: skip


def gate(cab: Cab) -> tuple[list[int], str]:
    """Run the steps of the workflow but the installation; return their exit codes, and what `gh` was told."""
    steps = {step["name"]: step for step in workflow()["jobs"]["gate"]["steps"] if "name" in step}
    env = {"BASE": "main~1", "MODEL": "scripted:null", "PR": "7"}
    codes = []
    for name in ("Run both sides", "Verdict", "Comment"):
        done = bash(cab, steps[name]["run"], **env)
        assert done.returncode in (0, 1), (name, done.stdout, done.stderr)
        codes.append(done.returncode)
    return codes, (cab.cwd / "said.txt").read_text()


@pytest.mark.timeout(240)
def test_a_worse_file_fails_and_is_told_below_the_pull_request(repository: Cab) -> None:
    """Six tasks that were solved are not: the step fails, and its table is commented all the same."""
    commit(repository, "Be quick.\n")
    codes, said = gate(repository)
    assert codes == [0, 1, 0]
    assert said.startswith(
        "pr comment 7 --body-file gate.md --edit-last --create-if-none\n**B does better.**\n"
    )
    assert "| pass rate | 0.0% | 100.0% | -100.0% |" in said
    assert b"<failure" in (repository.cwd / "gate.xml").read_bytes()
    # By hand: as the page types it, and the same files are not run again.
    by_hand, plan, _ = blocks(PAGE)
    done = bash(repository, by_hand.replace("main:", "main~1:"))
    assert done.returncode == 0, done.stderr
    assert "verdict   B does better." in done.stdout
    done = bash(repository, plan)
    assert done.returncode == 0, done.stderr
    assert "to be found not worse by 10.0% in 80% of comparisons" in done.stdout


@pytest.mark.timeout(240)
def test_a_file_that_is_as_good_is_undecided_with_so_few(repository: Cab) -> None:
    """Six tasks that all agree exclude no loss of a tenth: the gate does not let through what it cannot see."""
    commit(repository, "Work carefully, and quickly.\n")
    codes, said = gate(repository)
    assert codes == [0, 1, 0]
    assert "**undecided: chance alone may bring such a difference.**" in said


def test_the_workflow_is_one() -> None:
    """It parses, its actions are pinned to a commit with the version beside it, and it asks for no more than it needs."""
    [text] = blocks(PAGE, "yaml")
    found = workflow()
    uses = re.findall(r"uses: (\S+)(.*)", text)
    assert uses and all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", name) for name, _ in uses)
    assert all(re.fullmatch(r" # v\d+\.\d+\.\d+", version) for _, version in uses)
    assert found["permissions"] == {"contents": "read", "pull-requests": "write"}
    assert "pull_request" in found[True]  # YAML 1.1 reads the key `on` as that
    assert f"codingagentbench=={__version__}" in text
    assert not re.search(
        r"\$\{\{[^}]*\}\}", "".join(s.get("run", "") for s in found["jobs"]["gate"]["steps"])
    )


def test_the_page_is_in_the_nav() -> None:
    """Below what runs and compares."""
    assert f"how-to/{PAGE}" in (Path(ROOT) / "mkdocs.yml").read_text()
