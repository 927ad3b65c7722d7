"""The script on a cell's page that runs the cell from its published image, as it is printed."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import attrs
import pytest
import tomli_w

from cab_core.records import Identity, Wiring
from cab_core.runtimes.docker.engine import client
from cab_core.runtimes.docker.inventory import push
from cab_core.site.commands import docker_commands
from cab_core.store.cells import Store
from tests.conftest import Cab
from tests.site.made import Made
from tests.support.endpoint import KEY, Endpoint

# Stands for an image with cab: says what it was given, instead of running it.
IMAGE = """
FROM debian:bookworm-slim
WORKDIR /root
ENTRYPOINT ["sh", "-c", "cat house.toml && printf '\\\\0%s' \\"$CAB_ENDPOINT\\" \\"$CAB_KEY\\" \\"$@\\"", "cab"]
"""
HOUSE = {"schema_version": 1, "name": "house", "env": [{"name": "e", "values": {"A": 'say "$SECRET"'}}]}


@pytest.fixture
def image(engine: object, registry: str) -> Any:
    """The published image, by digest."""
    name = f"{registry}/cab/said:1"
    subprocess.run(["docker", "build", "-q", "-t", "cab-test-said", "-"], input=IMAGE, text=True, check=True)
    yield push("cab-test-said", name, lambda _: None)
    for tag in (name, "cab-test-said"):
        client().remove_image(tag, force=False)


def test_it_is_run_with_all_that_the_cell_was(
    image: str, cab: Cab, endpoint: Endpoint, tmp_path: Path
) -> None:
    """The endpoint, the stack's file with its secret, every option: and the command takes them."""
    made = Made(task="mutations/py-stock-reorder", version="0.86.2", stack=("house",), model="m", options={"edit_format": "diff"},
                model_params={"seed": 7}, identity=Identity(cell_image=image))  # fmt: skip
    made.limits = attrs.evolve(made.limits, wall_s=60, calls=5)
    made.write(tmp_path / "runs")
    [(_, result)] = Store(tmp_path / "runs").standing()
    wiring = Wiring(stacks={"house": tomli_w.dumps(HOUSE)}, needs={"SECRET": "a value"})
    script = docker_commands(attrs.evolve(result, wiring=wiring))
    assert script is not None
    given = {"YOUR_ENDPOINT": endpoint.url, "YOUR_KEY": KEY, "SECRET": 'se"cret'}
    place = tmp_path / "empty"
    place.mkdir()
    done = subprocess.run(
        ["bash", "-e"], input=script, cwd=place, env={**cab.env, **given}, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert done.returncode == 0, (script, done.stderr)
    stack, url, key, *args = done.stdout[done.stdout.index("schema_version") :].split("\0")
    assert (url, key, args[0]) == (endpoint.url, KEY, "run-cell") and 'se\\"cret' in stack
    (cab.cwd / "house.toml").write_text(stack)
    again = cab(*args, CAB_ENDPOINT=url, CAB_KEY=key)
    assert again.returncode == 0, again.stderr
    [(_, ran)] = Store(cab.cwd / "runs").standing("local")
    same = attrs.evolve(result.cell, sweep_id="local", runtime="local", network="open")
    assert ran.cell == same
