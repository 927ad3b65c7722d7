"""Which images there are, and what each is made of."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from importlib import resources

from cab_core.plugins.protocols import Adapter, Say
from cab_core.records import Environment, Recipe
from cab_core.tasks.environments import archive_of

from ..package_managers import asked_for
from ..wheel import own_wheel
from .build import Image, base_id, ca_bundle, ensure, given_id
from .dockerfile import (
    agent_dockerfile,
    cell_dockerfile,
    cli_dockerfile,
    extra_dockerfile,
    pick_python,
    relay_dockerfile,
    tools_dockerfile,
)
from .environment import environment_dockerfile, given_dockerfile
from .inventory import cell_labels


def tools_image(requires: Iterable[str], say: Say, environment: Environment | None = None) -> Image:
    """Return the image in which a grader with these needs runs, built on first use.

    Raises:
        ImageError: it cannot be built; says which step and why.
    """
    needs = sorted(set(requires))
    if environment is not None:
        return environment_image(needs, environment, say)
    text = tools_dockerfile(base_id(say), needs, ca=ca_bundle() is not None)
    return ensure("cab-tools", text, "tools", say, holds=needs)


def agent_image(
    adapter: Adapter,
    version: str,
    requires: Iterable[str],
    extras: Sequence[Recipe],
    say: Say,
    environment: Environment | None = None,
) -> Image:
    """Return the image in which an agent runs, built on first use.

    Raises:
        ImageError: it cannot be built; says which step and why.
    """
    tools, base = tools_image(requires, say, environment), base_of(environment, say)
    cli = cli_image(adapter, version, say, base)
    added = [(extra_image(r, say, base).id, r) for r in extras]
    text = agent_dockerfile(tools.id, cli.id, adapter.recipe(version), added)
    holds = [*requires, *(p for r in extras for p in _packages(r))]
    return ensure(f"cab-agent-{adapter.name}", text, "agent", say, version, holds=holds)


def environment_image(requires: Sequence[str], environment: Environment, say: Say) -> Image:
    """Return the image of a pack's environment, built on first use: with a network, and never again.

    Raises:
        ImageError: it cannot be built; says which step and why.
    """
    base, ca = base_of(environment, say), ca_bundle() is not None
    if environment.image is None:
        start = tools_image(requires, say)
    else:
        start = ensure("cab-given", given_dockerfile(base), "tools", say, holds=[base])
        requires = ()  # no toolchain is added, and so no installer
    if environment.setup is None:
        return start
    name = f"environment-{environment.digest[:12]}.tar"
    files = {name: archive_of(environment)} if environment.files else {}
    text = environment_dockerfile(start.id, base, requires, environment.setup, name if files else None, ca=ca)
    return ensure("cab-environment", text, "tools", say, files=files, holds=[environment.digest, *requires])


def base_of(environment: Environment | None, say: Say) -> str:
    """Return the id of the image on which those of a task are built; a CLI's too, for it runs in it.

    Raises:
        ImageError: it is not here and cannot be pulled.
    """
    if environment is None or environment.image is None:
        return base_id(say)
    return given_id(environment.image, say)


def cli_image(adapter: Adapter, version: str, say: Say, base: str | None = None) -> Image:
    """Return the image that holds a CLI alone, on a base (by its id) or on the one of all images.

    Raises:
        UnknownName: there is no such version.
    """
    text = cli_dockerfile(base or base_id(say), adapter, version, ca=ca_bundle() is not None)
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


def extra_image(recipe: Recipe, say: Say, base: str | None = None) -> Image:
    """Return the image that holds what a stack's item needs."""
    text = extra_dockerfile(base or base_id(say), recipe, ca=ca_bundle() is not None)
    return ensure("cab-extra", text, "cli", say, files=_programs(), holds=_packages(recipe))


def _programs() -> dict[str, bytes]:
    """Return what the Dockerfile of a recipe copies."""
    return {"pick_python.py": pick_python()}


def _packages(recipe: Recipe) -> tuple[str, ...]:
    return (*recipe.pip, *recipe.npm, *recipe.apt)
