"""Transcripts as ATIF trajectories."""

from __future__ import annotations

from pathlib import Path

from cab_core.conversation.claimed_atif import claimed_trajectory
from cab_core.records import Harvest, Step
from tests.support.atif import Trajectory
from tests.support.puppet import Puppet, play

STEPS = (
    Step(role="user", text="do it"),
    Step(role="assistant", text="I look."),
    Step(role="tool", text="a.py", tool="bash"),
    Step(role="assistant", text="Done."),
    Step(role="reasoning", text="Hm."),
    Step(role="info", text="Tokens: 1"),
)


def test_a_trajectory_has_steps_calls_and_totals(tmp_path: Path) -> None:
    """Users, agent and tools in order; totals are the gateway's; what is unknown is left out."""
    _, result = play(tmp_path, "", adapter=Puppet("call()", Harvest(transcript=STEPS, finished=True)))
    found = claimed_trajectory(result, Harvest(transcript=STEPS))
    assert found is not None and Trajectory.model_validate(found)
    assert found["schema_version"] == "ATIF-v1.8" and found["agent"]["name"] == "puppet"
    assert [(s["step_id"], s["source"]) for s in found["steps"]] == [
        (1, "user"),
        (2, "agent"),
        (3, "agent"),
        (4, "agent"),
        (5, "agent"),
        (6, "system"),
    ]
    assert found["steps"][4]["reasoning_content"] == "Hm."
    assert found["steps"][2]["tool_calls"][0]["function_name"] == "bash"
    assert found["steps"][2]["observation"]["results"][0]["content"] == "a.py"
    assert found["final_metrics"]["total_prompt_tokens"] == result.tokens.prompt
    assert "total_cost_usd" not in found["final_metrics"]
