"""A CLI that a file declares, from the command line to the page and back."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import pytest

from cab_core.records import Installation
from cab_core.store.cells import Store
from tests.conftest import Cab
from tests.declared.made import write
from tests.docs.test_how_to import blocks
from tests.docs.test_plugins import write_file
from tests.site.test_commands_run import printed, run
from tests.support.endpoint import Endpoint
from tests.support.puppet import FIX, PRELUDE

TASK = "mutations/py-stock-reorder"
LAUNCH = {
    "argv": ["python3", "{{ home }}/house.py"],
    "env": {"ENDPOINT": "{{ endpoint }}", "TOKEN": "{{ token }}", "MODEL": "{{ model }}"},
    "files": {"house.py": PRELUDE + FIX},
}
HERE = Installation(name="house", version="1", reported="1", path=(), env={})


def write_files(into: Path) -> None:
    """Write the files of the page."""
    for text in blocks("declare-a-cli.md", "toml"):
        write_file("toml", text, into)


def test_a_file_runs_and_its_page_runs_it_again(cab: Cab, tmp_path: Path, endpoint: Endpoint) -> None:
    """The cell has the CLI's own name and the file; the command of its page and its check bring the file along."""
    write(cab.cwd / "house.toml", launch=LAUNCH)
    words = (
        "--tui",
        "./house.toml",
        "--model",
        "m",
        "--task",
        TASK,
        "--endpoint",
        endpoint.url,
        "--key",
        "k-123",
    )
    assert cab("run", *words).returncode == 0
    assert "done before" in cab("run", *words).stderr
    [(_, result)] = Store(cab.cwd / "runs").standing()
    assert (result.cell.tui, result.outcome) == ("house", "passed")
    assert result.identity.adapter.startswith("file:house.toml@")
    assert result.wiring.declared == (cab.cwd / "house.toml").read_text()

    scripts = printed(cab.cwd / "runs", tmp_path / "site")
    assert "adapter file:" not in scripts["run"]
    run(scripts["run"], tmp_path / "again", endpoint, HERE)
    [(_, again)] = Store(tmp_path / "again/cab-cell/runs").standing()
    assert (again.cell.tui, again.outcome, again.wiring.declared) == (
        "house",
        "passed",
        result.wiring.declared,
    )
    assert "Provisional score" in run(scripts["check"], tmp_path / "check", endpoint, HERE)
    run(scripts["endpoint"], tmp_path / "own", endpoint, HERE)

    write(cab.cwd / "house.toml", launch={**LAUNCH, "env": {**LAUNCH["env"], "MORE": "1"}})
    assert "done before" not in cab("run", *words).stderr


def test_a_template_that_fails_in_a_cell_is_the_files_fault(cab: Cab) -> None:
    """What only an option's value makes impossible is told with the file and the key; the agent did not fail."""
    write(cab.cwd / "house.toml", options={"n": {}}, launch={"argv": ["python3", ["{{ options.n > 5 }}"]]})
    words = ("--tui", "house.toml", "--model", "scripted:null", "--task", TASK, "--option", "n=many")
    assert cab("run", *words).returncode == 1
    [(_, result)] = Store(cab.cwd / "runs").standing()
    assert result.outcome == "infra_plugin"
    assert "file:house.toml" in result.why and "launch.argv[1]" in result.why
    assert result.why.endswith("(at house.toml)")


def test_an_endpoints_key_in_the_file_is_refused(cab: Cab, endpoint: Endpoint) -> None:
    """The file is published with the cell."""
    write(cab.cwd / "house.toml", launch={"argv": ["python3"], "env": {"K": "sk-0123456789abcdef"}})
    words = ("--tui", "house.toml", "--model", "m", "--task", TASK, "--endpoint", endpoint.url)
    done = cab("run", *words, "--key-env", "K", K="sk-0123456789abcdef")
    assert done.returncode == 2 and "the file of CLI 'house' holds the endpoint's key" in done.stderr


@pytest.mark.prove
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_file_of_the_page_drives_a_real_cli(cab: Cab) -> None:
    """As the page shows it: the oracle passes, null fails, an option is handed on, the figures are right."""
    write_files(cab.cwd)
    commands, _, made = blocks("declare-a-cli.md")
    for line in (*commands.splitlines(), *made.splitlines()):
        done = cab(*shlex.split(line)[1:], PATH=os.environ["PATH"])
        assert done.returncode == 0, (line, done.stdout, done.stderr)
    found = {(r.cell.model, *r.cell.options): r.outcome for _, r in Store(cab.cwd / "runs").standing()}
    assert found["scripted:oracle",] == found["scripted:oracle", "thinking"] == "passed"
    assert found["scripted:null",] == "failed"


@pytest.mark.prove  # the client and its agent: tests/declared/test_acp.py
@pytest.mark.timeout(300)
def test_the_acp_file_of_the_page_drives_a_real_cli(cab: Cab) -> None:
    """With the real CLI at the other end of the protocol: the oracle passes, null fails, both turns end well."""
    write_files(cab.cwd)
    _, command, _ = blocks("declare-a-cli.md")
    assert cab(*shlex.split(command)[1:]).returncode == 0
    found = {r.cell.model: r.outcome for _, r in Store(cab.cwd / "runs").standing()}
    assert found == {"scripted:oracle": "passed", "scripted:null": "failed"}
