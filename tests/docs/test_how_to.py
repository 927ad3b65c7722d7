"""The commands of the how-to pages, as a reader types them, with the real CLIs."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import tomllib
import zipfile
from pathlib import Path
from urllib.parse import unquote

import pytest
import yaml

from cab_core.plugins.protocols import StopSignal
from cab_core.plugins.registry import Plugins
from cab_core.records import PackDoc, Sweep, from_json
from cab_core.run.validate import validate
from cab_core.store.cells import Store
from tests.conftest import CAB, Cab
from tests.site.made import Made
from tests.site.talked import small
from tests.support.commands import changed
from tests.support.packs import write_pack
from tests.support.puppet import judge_changes

HOW_TO = Path(__file__).parents[2] / "docs/how-to"


def blocks(page: str, kind: str = "") -> list[str]:
    """Return the blocks of a page that have this kind."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", (HOW_TO / page).read_text(), re.M | re.S)
    return [text for named, text in found if named == kind]


@pytest.mark.aider
@pytest.mark.prove  # installs another aider
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


def test_the_driver_of_the_page_keeps_cases_apart(tmp_path: Path) -> None:
    """Typed as the page has it: a case that exits, hangs up or prints takes no other with it, and none forges."""
    driver, child = blocks("write-a-task-pack.md", "python")
    commands = 'requires = ["python3"]\n[[grade.commands]]\nargv = ["python3", "-I", "{tests}/driver.py", "{tree}"]\nkind = "output"\noutput = "expected.txt"\n'
    expected = "two: 3\nnone: 0\nno numbers: raises TypeError\n"
    right = "def total(numbers):\n    return sum(numbers)\n"
    files = {"workdir/adds.py": "", "solution/adds.py": right}
    tests = {"tests/driver.py": driver, "tests/child.py": child, "tests/expected.txt": expected}
    task = write_pack(tmp_path, commands, {**files, **tests})
    assert validate(task, Plugins().runtime("local"), tmp_path / "scratch", StopSignal()).fault is None
    cheat = "import os\ndef total(numbers):\n    print('two: 3')\n    return sum(numbers) if numbers else os._exit(0)\n"
    changes = changed(tmp_path / "left", {"adds.py": cheat})
    [found] = judge_changes(task, changes, tmp_path / "left", tmp_path / "cheat").commands
    assert [(t.name, t.state) for t in found.tests or ()] == [
        ("two", "passed"), ("none", "failed"), ("no numbers", "passed"),
    ]  # fmt: skip


def test_the_rule_of_the_page_finds_the_families_that_it_speaks_of() -> None:
    """One exercise in three languages is one family."""
    [text] = [b for b in blocks("write-a-task-pack.md", "toml") if "pack.toml" in b]
    rule = from_json(tomllib.loads(text), PackDoc).family
    assert rule is not None
    found = [re.fullmatch(rule, f"{name}two-sum") for name in ("py-", "rust-", "go-")]
    assert [m and m[1] for m in found] == ["two-sum"] * 3


def test_no_page_installs_a_package_that_nobody_has() -> None:
    """A name that is free on an index would run the code of whoever takes it, at every reader's."""
    found = {
        name
        for page in HOW_TO.glob("*.md")
        for listed in re.findall(r"\bpip ?= ?[(\[]([^)\]]*)", page.read_text())
        for name in re.findall(r"[\"']([\w.-]+)==[\w.]+[\"']", listed)
    }
    assert found == {"mcp-server-time"}


@pytest.mark.prove
@pytest.mark.slow
@pytest.mark.timeout(240)
def test_the_stack_of_the_page_takes_effect(cab: Cab) -> None:
    """With the CLI that the page names: every item is applied, the server installed, started and offered."""
    [stack] = [text for text in blocks("use-a-stack.md", "toml") if 'name = "house"' in text]
    (cab.cwd / "house.toml").write_text(stack)
    first, compared, *_ = blocks("use-a-stack.md")
    lines = [
        line.replace("YOUR_MODEL", "scripted:null").replace("*", "py-lru-cache") for line in (first, compared)
    ]
    done = cab(*shlex.split(lines[0])[1:])
    assert done.returncode == 0, (done.stdout, done.stderr)
    [(_, result)] = Store(cab.cwd / "runs").standing()
    states = {a.item: (a.reason, a.state) for a in result.stack}
    assert states["mcp:clock"] == states["skill:profiling"] == (None, "offered")
    assert states["instructions:style"] == (None, "present")
    assert {reason for reason, _ in states.values()} == {None} and len(states) == 6
    # And the question of the page: the cell is there, and its side without a stack is run.
    without, _, compare = lines[1].splitlines()
    assert cab(*shlex.split(without.replace(" --attempts 3", ""))[1:]).returncode == 0
    done = cab(*shlex.split(compare)[1:], "--scripted")
    assert done.returncode == 0, done.stderr
    assert "house with opencode, mcp:clock: offered in 1 of 1 cell; about" in " ".join(done.stdout.split())


@pytest.mark.prove  # stacks of all kinds by path: tests/adapters/test_stacks.py
@pytest.mark.timeout(600)
def test_two_versions_of_an_agents_md_are_compared(cab: Cab) -> None:
    """As the page types it, in a repository with two of them: each is a stack of its own, and present."""
    script = ["git init -q .", "git config user.email a@b", "git config user.name a"]
    for text in (
        "Write short functions, and say what they return.",
        "Write no function without a test for it.",
    ):
        script += [f"echo '{text}' > AGENTS.md", "git add AGENTS.md", "git commit -qm rules"]
    for block in blocks("use-a-stack.md")[2:]:
        script += block.replace("YOUR_MODEL", "scripted:null").replace("*", "py-lru-cache").splitlines()
    script = [f"{line} --scripted" if line.startswith("cab compare") else line for line in script]
    env = {**os.environ, "PATH": f"{CAB.parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-e"], input="\n".join(script).replace(" --attempts 3", ""), cwd=cab.cwd, env=env, text=True,
        capture_output=True, check=False, timeout=500,
    )  # fmt: skip
    assert done.returncode == 0, (done.stdout, done.stderr)
    said = " ".join(done.stdout.split())
    assert "ours with opencode, instructions:AGENTS: present in 1 of 1 cells" in said
    assert "before with opencode, instructions:old: present in 1 of 1 cells" in said


def test_a_site_for_private_code_has_no_wire_record(cab: Cab) -> None:
    """As the page's command builds it."""
    small().write(cab.cwd / "runs")
    _, line = blocks("publish-results.md")
    done = cab(*shlex.split(line)[1:])
    assert done.returncode == 0, done.stderr
    [archive] = (cab.cwd / "site").rglob("records.zip")
    with zipfile.ZipFile(archive) as packed:
        assert sorted(packed.namelist()) == ["calls.jsonl", "changes.patch", "spans.jsonl", "terminal.cast"]


def test_the_badges_of_the_page_are_those_of_a_site(cab: Cab) -> None:
    """Its command builds the site, and the addresses and the JSON that it shows are there."""
    Made().write(cab.cwd / "runs")
    line, _ = blocks("publish-results.md")
    done = cab(*shlex.split(line)[1:])
    assert done.returncode == 0, done.stderr
    [said] = blocks("publish-results.md", "json")
    drawn, asked = blocks("publish-results.md", "markdown")
    picture, page = re.findall(r"https://example.org/bench/([^)]+)", drawn)
    [address] = re.findall(r"url=https://example.org/bench/(.+)\)", unquote(asked))
    assert (cab.cwd / "site" / picture).is_file() and (cab.cwd / "site" / page / "index.html").is_file()
    assert json.loads((cab.cwd / "site" / address).read_text()) == json.loads(said)
    assert (
        f'content="https://example.org/bench/{page}"' in (cab.cwd / "site" / page / "index.html").read_text()
    )


@pytest.mark.prove
@pytest.mark.aider
def test_a_cell_is_run_again_without_a_model(cab: Cab) -> None:
    """Both commands of the page, as they stand: what the record answers passes as the first did."""
    for line in "".join(blocks("replay-a-run.md")).splitlines():
        done = cab(*shlex.split(line)[1:])
        assert done.returncode == 0, (line, done.stderr)
    rows = [cab.json("results", "--json", "--scripted", "--runs", runs) for runs in ("runs", "again")]
    assert [(r["model"], r["outcome"]) for (r,) in rows] == [
        ("scripted:oracle", "passed"),
        ("replay:records", "passed"),
    ]


def test_the_workflow_of_the_page_publishes_what_it_built(cab: Cab) -> None:
    """Its shell steps as they stand; what is uploaded is what they wrote, and the job that builds may write nothing."""
    [text] = blocks("publish-results.md", "yaml")
    flow = yaml.safe_load(text)
    build, publish = flow["jobs"]["build"], flow["jobs"]["publish"]
    Made().write(cab.cwd / "runs")
    env = {**os.environ, "PATH": f"{CAB.parent}{os.pathsep}{os.environ['PATH']}"}
    steps = [step for step in build["steps"] if "run" in step and not step["run"].startswith("pip install")]
    for step in steps:
        given = dict.fromkeys(step.get("env", {}), "https://example.org/bench")
        subprocess.run(["bash", "-euc", step["run"]], cwd=cab.cwd, env={**env, **given}, check=True)
    [uploaded] = [step["with"]["path"] for step in build["steps"] if "upload" in step.get("uses", "")]
    page = next((cab.cwd / uploaded / "cell").rglob("index.html")).read_text()
    assert (cab.cwd / uploaded / "index.html").is_file() and "https://example.org/bench" in page
    assert "write" not in build["permissions"].values() and publish["needs"] == "build"
    assert publish["permissions"] == {"pages": "write", "id-token": "write"} and flow["permissions"] == {
        "contents": "read"
    }
