"""`docker run IMAGE run-cell`: the image that holds cab and the packs beside a CLI."""

from __future__ import annotations

import json
import re
import subprocess
from typing import Any

import pytest

from cab_core.plugins.registry import Plugins
from cab_core.runtimes.docker.engine import client
from cab_core.runtimes.docker.images import cli_image
from cab_core.runtimes.docker.inventory import cell_labels, list_images, remove_images
from tests.conftest import Cab
from tests.runtimes.docker.test_seal import answers
from tests.support.endpoint import KEY, Endpoint

TUI, TASK = "codex", "mutations/py-lru-cache"
ONE = ("run-cell", "--tui", TUI, "--task", TASK, "--json")


def docker_run(*args: str) -> subprocess.CompletedProcess[str]:
    """Run docker as a user types it."""
    return subprocess.run(["docker", "run", "--rm", *args], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def image(engine: object, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The cell image of a CLI for one task, of this very source; those that it took the place of are removed."""
    cab = Cab(tmp_path_factory.mktemp("cell"))
    done = cab("images", "build", "--cell", TUI, "--task", TASK)
    assert done.returncode == 0, done.stderr
    name = done.stdout.split()[0]
    remove_images(i for i in list_images() if i["old"] and i["role"] == "cell")
    return name


def cell(done: subprocess.CompletedProcess[str]) -> Any:
    """Return the result that `run-cell --json` printed."""
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def test_a_cell_runs_in_it_without_any_network(image: str) -> None:
    """The oracle passes; the result says that it is provisional."""
    result = cell(docker_run("--network", "none", image, *ONE, "--model", "scripted:oracle"))
    assert result["outcome"] == "passed", result["why"]
    assert "provisional" in result["marks"] and result["cell"]["runtime"] == "local"
    identity = result["identity"]
    assert identity["container_image"].startswith(f"cab-agent-{TUI}:")
    assert client().inspect_image(identity["container_image"])["Id"] == identity["image_id"]


def test_it_says_what_it_holds(image: str) -> None:
    """The CLI by its image's id, the toolchains, this cab: by these it is found when a cell is published."""
    held = client().inspect_image(image)["Config"]["Labels"]
    adapter = Plugins().adapter(TUI)
    cli = cli_image(adapter, adapter.default_version, print)
    assert {k: held[k] for k in cell_labels("", ())} == cell_labels(cli.id, ("python3>=3.9",))


def test_another_cli_is_not_in_it(image: str) -> None:
    """It says which one is, and how to have the other; nothing is installed into a container."""
    one = ("run-cell", "--tui", "opencode", "--task", TASK, "--model", "scripted:null")
    done = docker_run("--network", "none", image, *one)
    assert done.returncode == 1 and f"this image holds {TUI}, not opencode" in done.stderr


def test_the_key_reaches_the_endpoint_and_nothing_else(image: str, endpoint: Endpoint) -> None:
    """With CAB_ENDPOINT and CAB_KEY as the page prints it: the endpoint sees the key, the result does not hold it."""
    given = ["--network", "host", "-e", f"CAB_ENDPOINT={endpoint.url}", "-e", f"CAB_KEY={KEY}"]
    done = docker_run(*given, image, *ONE, "--model", "m")
    assert cell(done)["outcome"] == "failed", done.stderr
    assert {h["authorization"] for h in endpoint.headers} == {f"Bearer {KEY}"}
    assert KEY not in done.stdout + done.stderr


@pytest.mark.parametrize("user", ["agent", "grader"])
def test_neither_agent_nor_grader_can_read_an_answer(image: str, user: str) -> None:
    """By hash over every file that the user can read, and is no larger than answers are: no solution, test, or cab."""
    listing = "find / -xdev -type f -readable -size -512k -exec sha256sum {} + 2>/dev/null"
    done = docker_run(
        "--network", "none", "-w", "/", "--user", user, "--entrypoint", "sh", image, "-c", listing
    )
    seen = set(re.findall(r"^\\?([0-9a-f]{64})", done.stdout, re.MULTILINE))
    assert len(seen) > 5000
    assert not seen & answers()
