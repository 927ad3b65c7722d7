"""Docker for real. Without an engine these tests are left out; CAB_REQUIRE_DOCKER=1 makes that a failure."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cab_core.errors import SandboxError
from cab_core.plugins.registry import Plugins
from cab_core.records import CellResult, Installation
from cab_core.runtimes.docker import address as address_module
from cab_core.runtimes.docker import build as build_module
from cab_core.runtimes.docker import engine as engine_module
from cab_core.runtimes.docker import mountable
from cab_core.runtimes.docker.engine import client
from cab_core.runtimes.docker.images import tools_image
from tests.support.engines import by_tcp, free_port, serving
from tests.support.often import rows
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


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory, engine: object) -> Iterator[str]:
    """A registry on loopback (Debian's docker-registry)."""
    if shutil.which("docker-registry") is None:
        if os.environ.get("CAB_REQUIRE_DOCKER"):
            pytest.fail("docker-registry is missing; scripts/docker-setup installs it")
        pytest.skip("docker-registry is missing; on Debian: scripts/docker-setup")
    port, place = free_port(), tmp_path_factory.mktemp("registry")
    config = place / "registry.yml"
    config.write_text(
        f"version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: {place / 'blobs'}\nhttp:\n  addr: 127.0.0.1:{port}\n"
    )
    with serving(["docker-registry", "serve", str(config)], port):
        yield f"127.0.0.1:{port}"


def forget_engine() -> None:
    """Let the engine be looked for again."""
    address_module._address.cache_clear()
    engine_module.engine_info.cache_clear()
    engine_module._local.__dict__.clear()
    mountable._known.clear()
    build_module._bases.clear()


@contextmanager
def reached(environment: dict[str, str]) -> Iterator[None]:
    """Use the engine by another way for a while."""
    with pytest.MonkeyPatch.context() as patch:
        if first := environment.pop("PATH_FIRST", None):
            patch.setenv("PATH", f"{first}:{os.environ['PATH']}")
        for name, value in environment.items():
            patch.setenv(name, value)
        forget_engine()
        yield
    forget_engine()


@pytest.fixture(scope="session")
def tcp(engine: object) -> Iterator[dict[str, str]]:
    """The environment with which the engine is reached by TCP."""
    with by_tcp() as environment:
        yield environment


WAYS = ("mounted", "copied")
# For what does not depend on how a sandbox gets to the engine: copied ones are tried before a release.
copied_seldom = pytest.mark.parametrize("contain", rows(WAYS, ["mounted"]), indirect=True)


@pytest.fixture(params=WAYS)
def contain(request: pytest.FixtureRequest, mounted: Play) -> Iterator[Play]:
    """Run one cell with a puppet in a container, of the engine here and of one elsewhere."""
    if request.param == "mounted":
        yield mounted
        return
    with reached(dict(request.getfixturevalue("tcp"))):
        yield mounted


@pytest.fixture
def mounted(tmp_path: Path, puppet_image: Installation) -> Play:
    """Run one cell with a puppet in a container of the engine here."""

    def run(script: str, **more: object) -> tuple[Path, CellResult]:
        return play(tmp_path, script, **{"runtime_name": "docker", "installation": puppet_image, **more})

    return run
