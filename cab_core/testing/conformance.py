"""What every conformance class has: the object by its name, and what `cab plugins check` says of it."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from cab_core.checks.rows import faults_of
from cab_core.plugins.registration import Kind
from cab_core.plugins.registry import Plugins


class Conformance:
    """A subclass names the object: `name`, under which it is registered."""

    name: ClassVar[str]
    kind: ClassVar[Kind]

    @pytest.fixture(scope="class")
    @classmethod
    def made(cls, cab_plugins: Plugins) -> Any:
        """The object, made by its factory."""
        return cab_plugins.get(cls.kind, cls.name)

    def test_nothing_is_wrong_that_can_be_told_without_a_run(self, cab_plugins: Plugins) -> None:
        """What `cab plugins check` says."""
        row = cab_plugins.owner(self.kind, self.name)
        [faults] = faults_of(cab_plugins, [row], thorough=True)
        if faults:
            pytest.fail("\n".join(faults), pytrace=False)
