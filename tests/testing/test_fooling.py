"""The kit catches what is written to look well."""

from __future__ import annotations

from typing import Any

import pytest

from cab_core.plugins.protocols import Output, StopSignal
from cab_core.records import Execution, Process, Sandbox
from cab_core.runtimes.local import LocalRuntime
from cab_core.testing import RuntimeConformance


class Open(LocalRuntime):
    """Says that it seals, and does nothing of it."""

    name, citable, networks = "open", True, ("gateway",)


class Leaky(Open):
    """Hands on what the runner has."""

    def run(self, sandbox: Sandbox, process: Process, output: Output, stop: StopSignal) -> Execution:
        import os

        import attrs

        return super().run(sandbox, attrs.evolve(process, env={**os.environ, **process.env}), output, stop)


def test_a_runtime_that_does_not_seal_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says that its network is the gateway alone, and that what ran in it may be quoted."""
    kit: Any = RuntimeConformance()
    for hold in (
        lambda: kit.test_network_gateway_is_the_gateway_alone(Open()),
        lambda: kit.test_one_that_is_citable_shows_no_file_of_this_machine(Open()),
        lambda: kit.test_the_runner_s_variables_are_not_handed_on(Leaky(), monkeypatch),
    ):
        with pytest.raises(AssertionError):
            hold()
