"""The CLIs of a sweep: looked up, and made ready where they are to run."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from cab_core.declared.adapter import declared_in
from cab_core.declared.reading import find_cli
from cab_core.errors import InfraError, PluginCrash, PluginUnusable, UserError
from cab_core.plugins.protocols import Adapter, Say
from cab_core.plugins.registry import Plugins
from cab_core.records import Installation, Needs
from cab_core.run.needs import install
from cab_core.runtimes.releases import wanted_version
from cab_core.tasks.stacks import Stack

from .places import Place
from .stand_in import StandIn


@attrs.frozen
class Cli:
    """A CLI that was asked for. `trouble`: why it cannot be had; then the adapter is a stand-in."""

    adapter: Adapter
    owner: str
    version: str
    trouble: InfraError | None = None

    def without(self, trouble: InfraError) -> Cli:
        """Return this CLI as one that cannot be had."""
        return attrs.evolve(self, adapter=StandIn(self.adapter.name, trouble), trouble=trouble)


def cli_of(plugins: Plugins, text: str) -> Cli:
    """Look up NAME, FILE or either with @VERSION.

    Raises:
        UserError: there is none of that name, or the file is malformed.
    """
    name, version = find_cli(plugins, text)
    try:
        adapter, row = plugins.adapter(name), plugins.owner("adapter", name)
    except PluginUnusable as exc:
        crash = PluginCrash(str(exc))
        crash.__cause__ = exc
        return Cli(StandIn(name, crash), "unknown", version or "unknown", crash)
    return Cli(adapter, f"{row.owner}@{row.version}", wanted_version(adapter, version))


def declared_of(clis: Sequence[Cli]) -> dict[str, str]:
    """Return the files that declare CLIs, by name."""
    found = {cli.adapter.name: declared_in(cli.adapter) for cli in clis if cli.trouble is None}
    return {name: text for name, text in found.items() if text is not None}


def check_any(clis: Sequence[Cli]) -> None:
    """End here where no CLI can be had: then nobody's cells are left to run."""
    troubles = [cli.trouble for cli in clis if cli.trouble is not None]
    if troubles and len(troubles) == len(clis):
        raise troubles[0].__cause__ if isinstance(troubles[0].__cause__, UserError) else troubles[0]


def installed_in(cli: Cli, place: Place, stack: Stack, say: Say) -> tuple[Cli, dict[Needs, Installation]]:
    """Make a CLI ready for a place's tasks; one that cannot be has the trouble, and nothing installed."""
    if cli.trouble is None:
        try:
            installed = _install(cli, place, stack, say)
            cli.adapter.recipe(cli.version)  # its cells' inputs hold it
        except InfraError as exc:
            cli = cli.without(exc)
        else:
            return cli, installed
    nothing = Installation(name=cli.adapter.name, version=cli.version, reported=None)
    return cli, {task.needs: nothing for task in place.tasks}


def _install(cli: Cli, place: Place, stack: Stack, say: Say) -> dict[Needs, Installation]:
    """Make a CLI ready for every set of what a task needs."""
    needs = sorted({task.needs for task in place.tasks}, key=lambda need: need.order)
    return {
        need: install(place.runtime, cli.adapter, cli.version, need, stack.recipes(), say) for need in needs
    }
