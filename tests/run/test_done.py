"""A CLI that must be told in its own way that the work is done (as mini-swe-agent: by a command's output)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from cab_core import Job, Reply
from cab_core.gateway.models import Model
from tests.support.puppet import Puppet, play

# It takes every answer for a command to run, and ends when the command prints its word; after three answers
# without one it gives up.
CLI = """
for _ in range(3):
    said = json.loads(call())["choices"][0]["message"]["content"]
    command = said.partition("```bash\\n")[2].partition("\\n```")[0]
    printed = os.popen(command).read() if command else ""
    if "COMPLETE_TASK" in printed:
        print(said)
        sys.exit(0)
sys.exit("no command was given")
"""


class Plain(Puppet):
    """An adapter whose dialect edits and says no more than it must."""

    def harvest(self, left: Any) -> Any:
        return type(self.harvested)(finished=left.exit_code == 0, final_message=left.stdout or None)

    def edit(self, files: Mapping[str, str], request: Mapping[str, Any], job: Job) -> Reply | None:  # type: ignore[override]
        return None


class Telling(Plain):
    """The same with a dialect that knows how the CLI is told."""

    def done(self, text: str, request: Mapping[str, Any], job: Job) -> Reply:
        return Reply(text=f"{text}\n```bash\necho COMPLETE_TASK\n```")


@pytest.mark.parametrize(
    ("persona", "outcome"),
    [("null", "failed"), ("refuser", "refused"), ("oracle", "failed"), ("vandal", "failed")],
)
def test_a_persona_ends_as_the_cli_is_told(tmp_path: Path, persona: str, outcome: str) -> None:
    """With `done` the CLI comes to its end; without, it crashes for want of a command."""
    model = Model(id=f"scripted:{persona}", scripted=persona)
    _, told = play(tmp_path / "a", "", adapter=Telling(CLI), model=model)
    _, untold = play(tmp_path / "b", "", adapter=Plain(CLI), model=model)
    assert (told.outcome, untold.outcome) == (outcome, "agent_crashed"), (told.why, untold.why)
