"""Docker for real. Without an engine these tests are left out; CAB_REQUIRE_DOCKER=1 makes that a failure."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cab_core.errors import SandboxError
from cab_core.plugins.registry import Plugins
from cab_core.records import CellResult, Installation
from cab_core.runtimes.docker.engine import client
from cab_core.runtimes.docker.images import tools_image
from tests.support.puppet import find_task, play

Play = Callable[..., tuple[Path, CellResult]]


@pytest.fixture(scope="session")
def engine() -> object:
    """A client of the engine."""
    try:
        return client()
    except SandboxError as exc:
        if os.environ.get("CAB_REQUIRE_DOCKER"):
            pytest.fail(f"CAB_REQUIRE_DOCKER is set, but: {exc}")
        pytest.skip(f"{exc}. On Debian, as root: scripts/docker-setup")


@pytest.fixture(scope="session")
def puppet_image(engine: object) -> Installation:
    """An image with Python and the forwarder, in which a puppet plays the agent."""
    requires = find_task("mutations/py-stock-reorder").task.doc.grade.requires
    image = tools_image(requires, print)
    return Installation(name="puppet", version="1", reported="puppet 1", image=image.name, image_id=image.id)


@pytest.fixture(scope="session")
def aider_image(engine: object) -> Installation:
    """The real aider's image."""
    plugins = Plugins()
    adapter = plugins.adapter("aider")
    requires = find_task("mutations/py-stock-reorder").task.doc.grade.requires
    return plugins.runtime("docker").install(adapter, adapter.default_version, requires, (), print)


@pytest.fixture
def contain(tmp_path: Path, puppet_image: Installation) -> Play:
    """Run one cell with a puppet in a container."""

    def run(script: str, **more: object) -> tuple[Path, CellResult]:
        return play(tmp_path, script, **{"runtime_name": "docker", "installation": puppet_image, **more})

    return run
