"""In the place of a CLI that cannot be had: its cells are written with the reason, and the others run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from cab_core.errors import InfraError
from cab_core.records import Harvest, Job, Launch, Recipe


class StandIn:
    """An adapter of this name whose every launch ends with the trouble that its CLI had while planning."""

    default_version = ""
    protocols: tuple[str, ...] = ()

    def __init__(self, name: str, trouble: InfraError) -> None:
        self.name, self._trouble = name, trouble

    def recipe(self, version: str) -> Recipe:
        """Return nothing to install."""
        return Recipe()

    def version_argv(self) -> Sequence[str]:
        """Return a command that is never run."""
        return ("false",)

    def launch(self, job: Job) -> Launch:
        """Raise the trouble."""
        self._fail()

    def harvest(self, left: object) -> Harvest:
        """Raise the trouble."""
        self._fail()

    def _fail(self) -> NoReturn:
        raise self._trouble
