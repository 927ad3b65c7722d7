"""What holds for one plain run of every CLI: it is made once, and each fact of it is a test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cab_core.plugins.registry import Plugins
from cab_core.records import Harvest, Installation
from tests.adapters.drive import drive
from tests.support.endpoint import Endpoint


class Ran(NamedTuple):
    """A run that has ended: what the adapter read, what the endpoint was asked and said, and HOME and work dir."""

    harvest: Harvest
    requests: list[dict[str, Any]]
    reply: str
    root: Path


class OneRun:
    """A subclass names its CLI, `tui`, and says where its claim is an estimate of its own.

    And where it keeps nothing of what the model thought: then `thoughts` is false.
    """

    tui: str
    estimates = False
    thoughts = True

    @pytest.fixture(scope="class")
    @classmethod
    def ran(cls, installed: Callable[[str], Installation], tmp_path_factory: pytest.TempPathFactory) -> Ran:
        """Run the CLI in a work dir that holds an AGENTS.md; the model thinks, and answers."""
        root = tmp_path_factory.mktemp(cls.tui)
        (root / "work").mkdir()
        (root / "work/AGENTS.md").write_text("AGENTS-MARK")
        with Endpoint("thinks").running() as endpoint:
            harvest = drive(Plugins().adapter(cls.tui), installed(cls.tui), endpoint, root)
        return Ran(harvest, endpoint.requests, endpoint.reply, root)

    def test_who_spoke_is_told(self, ran: Ran) -> None:
        """The prompt, what the model thought, what it said; a step of a tool has the tool's name."""
        said = {(step.role, step.text) for step in ran.harvest.transcript}
        assert ("user", 'Look at "it".') in said
        assert (("reasoning", "I should look first.") in said) is self.thoughts
        assert ("assistant", ran.reply) in said and ran.harvest.final_message == ran.reply
        assert all(step.tool for step in ran.harvest.transcript if step.role == "tool")

    def test_the_claim_is_what_the_endpoint_counted(self, ran: Ran) -> None:
        """One call, and its tokens; a CLI that estimates them while it streams claims something else."""
        claim = ran.harvest.claim
        assert len(ran.requests) == 1 and claim.prompt and claim.completion
        assert ((claim.prompt, claim.completion) == (1000, 50)) is not self.estimates

    def test_the_work_dir_stays_as_it_was(self, ran: Ran) -> None:
        """What the CLI keeps for itself lies in HOME."""
        assert [p.name for p in (ran.root / "work").iterdir()] == ["AGENTS.md"]
