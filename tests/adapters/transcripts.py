"""What holds for the transcript that every adapter reads out of its CLI."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cab_core.plugins.registry import Plugins
from cab_core.records import Installation
from tests.adapters.drive import drive
from tests.support.endpoint import Endpoint


class TranscriptTells:
    """A subclass names its CLI: `tui`."""

    tui: str

    def test_who_spoke_is_told(
        self, installed: Callable[[str], Installation], endpoint: Endpoint, tmp_path: Path
    ) -> None:
        """The prompt, what the model thought, what it said; a step of a tool has the tool's name."""
        endpoint.mode = "thinks"
        found = drive(Plugins().adapter(self.tui), installed(self.tui), endpoint, tmp_path)
        said = {(step.role, step.text) for step in found.transcript}
        assert {("user", 'Look at "it".'), ("reasoning", "I should look first.")} <= said
        assert ("assistant", endpoint.reply) in said and found.final_message == endpoint.reply
        assert all(step.tool for step in found.transcript if step.role == "tool")
