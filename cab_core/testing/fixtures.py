"""The pytest plugin: fixtures for tests of plugins. What they need is imported when one is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from cab_core.gateway.models import Model
    from cab_core.plugins.registry import Plugins
    from cab_core.records import Installation

    from .cells import CellRunner, Ran
    from .endpoint import Endpoint
    from .registry import Registry


@pytest.fixture(scope="session")
def cab_plugins() -> Plugins:
    """All plugins that are installed. Another fixture of this name lets the kit look at others."""
    from cab_core.plugins.registry import Plugins

    return Plugins()


@pytest.fixture(scope="session")
def cab_installed(cab_plugins: Plugins) -> Callable[[str], Installation]:
    """A function that installs a CLI by its name, once, into the user's cache, for runtime `local`."""

    @cache
    def install(name: str) -> Installation:
        adapter = cab_plugins.adapter(name)
        return cab_plugins.runtime("local").install(adapter, adapter.default_version, (), (), print)

    return install


@pytest.fixture
def plugin_manager() -> Registry:
    """A registry in which nothing is: `add` a plugin, or `offer` an object."""
    from .registry import Registry

    return Registry()


@pytest.fixture
def scripted_model() -> Callable[[str], Model]:
    """A function from the name of a scripted model, such as `oracle`, to the model."""
    from .cells import scripted

    return scripted


@pytest.fixture(scope="session")
def tiny_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a pack with one task, `tiny/one`, that takes a moment and needs no toolchain."""
    from .tiny import write_tiny_pack

    return write_tiny_pack(tmp_path_factory.mktemp("cab-tiny-pack"))


@pytest.fixture
def run_cell(
    tmp_path: Path,
    cab_plugins: Plugins,
    cab_installed: Callable[[str], Installation],
    tiny_pack: Path,
) -> CellRunner:
    """A function that runs one real cell and returns its record, read back, and its directory."""
    from .cells import CellRunner
    from .tiny import only_task

    return CellRunner(cab_plugins, tmp_path / "runs", cab_installed, only_task(cab_plugins, tiny_pack))


@pytest.fixture(scope="session")
def cab_cells(
    cab_plugins: Plugins,
    cab_installed: Callable[[str], Installation],
    tiny_pack: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Ran]:
    """A cell that passed and one that failed, by their models, run once with all scorers."""
    from .cells import CellRunner
    from .tiny import only_task

    root, task = tmp_path_factory.mktemp("cab-cells"), only_task(cab_plugins, tiny_pack)
    run = CellRunner(cab_plugins, root, cab_installed, task)
    return {model: run(model=model) for model in ("scripted:oracle", "scripted:null")}


@pytest.fixture
def cab_endpoint(cab_plugins: Plugins) -> Iterator[Endpoint]:
    """An endpoint on loopback whose behaviour a test sets; it keeps what it was asked."""
    from .endpoint import Endpoint

    with Endpoint(plugins=cab_plugins).running() as running:
        yield running


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker of those rows that an author may leave out while at work."""
    config.addinivalue_line(
        "markers", "conformance_long: a row of a long matrix; `-m 'not conformance_long'` leaves it out"
    )
