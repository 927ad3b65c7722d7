"""The page on many machines: its commands, as they are typed, with three parts on this one."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import CAB, Cab
from tests.docs.test_how_to import blocks
from tests.site.made import Made
from tests.support.often import rows
from tests.support.tiny import PLUGIN

PAGE = "many-machines.md"


@pytest.fixture
def reader(cab: Cab, distribution: Callable[..., str]) -> Cab:
    """A machine with the sweep file of the page, its CLI and model stood in for."""
    cab.find_plugins(distribution("cab-tiny", PLUGIN))
    cab.env["PATH"] = f"{CAB.parent}{os.pathsep}{cab.env['PATH']}"
    [text] = blocks(PAGE, "toml")
    for said, meant in (("aider", "tiny"), ("YOUR_MODEL", "scripted:null"), ("py-*", "py-lru-cache"), ("attempts = 2", "attempts = 3")):  # fmt: skip
        assert said in text
        text = text.replace(said, meant)
    (cab.cwd / "sweep.toml").write_text(text)
    return cab


def shell(reader: Cab, script: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a script as the page has it."""
    return subprocess.run(
        ["sh", "-e"], input=script, cwd=reader.cwd, env={**reader.env, **env}, text=True,
        capture_output=True, check=False, timeout=300,
    )  # fmt: skip


def numbers(cab: Cab, runs: str) -> set[int]:
    """Return which attempts there are."""
    return {r["attempt"] for r in cab.json("results", "--json", "--scripted", "--runs", runs)}


@pytest.mark.timeout(400)
def test_three_parts_are_run_and_put_together(reader: Cab) -> None:
    """Each command of the page in turn; the dry run then finds all done, and a locked one runs none."""
    parts, dry, lock = blocks(PAGE)
    done = shell(reader, parts)
    assert done.returncode == 0, done.stderr
    assert "3 tries copied from 3 directories" in done.stdout and numbers(reader, "runs") == {1, 2, 3}
    assert "3 cells: 3 REUSE." in shell(reader, dry).stdout
    assert shell(reader, lock).returncode == 0
    assert shell(reader, lock.replace("--locked", "--locked --wall 3")).returncode == 2


def commands() -> dict[str, tuple[str, list[dict[str, str]]]]:
    """Return what the other blocks run on each of three machines, with the variables that are set there."""
    slurm, _ = blocks(PAGE, "sh")
    k8s, github, gitlab = (yaml.safe_load(text) for text in blocks(PAGE, "yaml"))
    three = range(3)
    [step] = [s["run"] for s in github["jobs"]["part"]["steps"] if "--shard" in s.get("run", "")]
    [pod] = k8s["spec"]["template"]["spec"]["containers"][0]["args"]
    return {
        "slurm": (slurm, [{"SLURM_ARRAY_TASK_ID": f"{i + 1}", "SLURM_ARRAY_TASK_COUNT": "3"} for i in three]),
        "kubernetes": (pod, [{"JOB_COMPLETION_INDEX": f"{i}"} for i in three]),
        "github": (step.replace("${{ matrix.part }}", "$PART"), [{"PART": f"{i}"} for i in github["jobs"]["part"]["strategy"]["matrix"]["part"]]),
        "gitlab": (gitlab["part"]["script"][0], [{"CI_NODE_INDEX": f"{i + 1}", "CI_NODE_TOTAL": f"{gitlab['part']['parallel']}"} for i in three]),
    }  # fmt: skip


@pytest.mark.timeout(400)
@pytest.mark.parametrize("where", rows(commands(), ("kubernetes",)))
def test_every_scheduler_deals_all_cells(reader: Cab, where: str) -> None:
    """What each of three machines would run, as its block says it, is the sweep, each cell once."""
    script, machines = commands()[where]
    script = script.replace("/bench/", "").replace("--runtime docker", "").replace("--runtime bwrap", "")
    script = script.replace("--shard", "--dry-run --json --shard")
    found: list[int] = []
    for machine in machines:
        done = shell(reader, script, **machine)
        assert done.returncode == 0, done.stderr
        found += [c["attempt"] for c in yaml.safe_load(done.stdout)["cells"]]
    assert sorted(found) == [1, 2, 3]


def test_what_puts_parts_together_is_a_command(reader: Cab) -> None:
    """The last step of each matrix names directories and options that there are."""
    _, github, gitlab = (yaml.safe_load(text) for text in blocks(PAGE, "yaml"))
    steps: list[Any] = [s.get("run", "") for s in github["jobs"]["whole"]["steps"]] + gitlab["whole"][
        "script"
    ]
    merges = [shlex.split(s) for s in steps if s.startswith("cab merge")]
    assert merges == [["cab", "merge", "parts/*", "-o", "runs"]] * 2
    Made(sweep="nightly").write(reader.cwd / "parts/1")
    assert shell(reader, "\n".join(s for s in steps[1:] if s.startswith("cab "))).returncode == 0


def test_the_page_installs_nothing_that_is_not_cab() -> None:
    """By its own name."""
    text = (Path(__file__).parents[2] / "docs/how-to" / PAGE).read_text()
    assert {line.split()[-1] for line in text.splitlines() if "pipx install" in line} == {"codingagentbench"}
