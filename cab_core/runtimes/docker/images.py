"""Which images there are, and what each is made of."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from importlib import resources

from cab_core.plugins.protocols import Adapter, Say
from cab_core.records import Recipe

from ..package_managers import asked_for
from ..wheel import own_wheel
from .build import Image, base_id, ca_bundle, ensure
from .dockerfile import (
    agent_dockerfile,
    cell_dockerfile,
    cli_dockerfile,
    extra_dockerfile,
    pick_python,
    relay_dockerfile,
    tools_dockerfile,
)
from .inventory import cell_labels


def tools_image(requires: Iterable[str], say: Say) -> Image:
    """Return the image in which a grader with these toolchains runs, built on first use.

    Raises:
        ImageError: it cannot be built; says which step and why.
    """
    needs = sorted(set(requires))
    text = tools_dockerfile(base_id(say), needs, ca=ca_bundle() is not None)
    return ensure("cab-tools", text, "tools", say, holds=needs)


def agent_image(
    adapter: Adapter, version: str, requires: Iterable[str], extras: Sequence[Recipe], say: Say
) -> Image:
    """Return the image in which an agent runs, built on first use.

    Raises:
        ImageError: it cannot be built; says which step and why.
    """
    tools = tools_image(requires, say)
    cli = cli_image(adapter, version, say)
    added = [(extra_image(r, say).id, r) for r in extras]
    text = agent_dockerfile(tools.id, cli.id, adapter.recipe(version), added)
    holds = [*requires, *(p for r in extras for p in _packages(r))]
    return ensure(f"cab-agent-{adapter.name}", text, "agent", say, version, holds=holds)


def cli_image(adapter: Adapter, version: str, say: Say) -> Image:
    """Return the image that holds a CLI alone.

    Raises:
        UnknownName: there is no such version.
    """
    text = cli_dockerfile(base_id(say), adapter, version, ca=ca_bundle() is not None)
    with asked_for(adapter, version):
        return ensure(f"cab-cli-{adapter.name}", text, "cli", say, version, _programs())


def cell_image(adapter: Adapter, version: str, requires: Iterable[str], say: Say) -> Image:
    """Return the image for `docker run IMAGE run-cell`: an agent's image with cab and packs on top.

    Raises:
        ImageError: it cannot be built, or cab cannot be packed.
    """
    name, data = own_wheel(say)  # first: it takes seconds, the images take minutes
    agent = agent_image(adapter, version, requires, (), say)
    digest = hashlib.sha256(data).hexdigest()
    held = cell_labels(cli_image(adapter, version, say).id, requires)
    text = cell_dockerfile(agent.name, agent.id, name, digest, ca_bundle() is not None, held)
    return ensure(f"cab-cell-{adapter.name}", text, "cell", say, version, {name: data}, requires)


def relay_image(say: Say) -> Image:
    """Return the image of a remote sandbox's sidecar.

    Raises:
        ImageError: it cannot be built.
    """
    program = resources.files(__package__).joinpath("remote/relay.py").read_bytes()
    text = relay_dockerfile(base_id(say), hashlib.sha256(program).hexdigest())
    return ensure("cab-relay", text, "relay", say, files={"relay.py": program})


def extra_image(recipe: Recipe, say: Say) -> Image:
    """Return the image that holds what a stack's item needs."""
    text = extra_dockerfile(base_id(say), recipe, ca=ca_bundle() is not None)
    return ensure("cab-extra", text, "cli", say, files=_programs(), holds=_packages(recipe))


def _programs() -> dict[str, bytes]:
    """Return what the Dockerfile of a recipe copies."""
    return {"pick_python.py": pick_python()}


def _packages(recipe: Recipe) -> tuple[str, ...]:
    return (*recipe.pip, *recipe.npm, *recipe.apt)
