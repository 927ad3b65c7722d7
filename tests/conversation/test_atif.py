"""The conversation of a cell as an ATIF trajectory, held against Harbor's own model, whose format it is."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.conversation.atif import VERSION, trajectory
from cab_core.conversation.claimed_atif import claimed_trajectory
from cab_core.conversation.read import read_conversation
from cab_core.records import CellResult, Harvest, ModelCall, Step, Usage
from cab_core.records.conversation import Conversation, Thread, ToolUse, Turn
from tests.conftest import Cab
from tests.support.atif import Trajectory
from tests.support.puppet import play
from tests.support.wire import PROTOCOLS


def made(root: Path, script: str = "call()") -> tuple[dict[str, Any], CellResult]:
    """The trajectory of a cell in which a script was the CLI."""
    where, result = play(root, script)
    known = {p.name: p for p in PROTOCOLS}
    said = read_conversation(where, known.__getitem__)
    assert said is not None
    found = trajectory(result, *said)
    assert found is not None
    return found, result


def test_what_was_said_stands_with_its_times_and_figures(tmp_path: Path) -> None:
    """Question and answer; tokens of the call; sums are the gateway's; what is unknown is left out."""
    found, result = made(tmp_path)
    Trajectory.model_validate(found)
    asked, answer = found["steps"]
    assert (asked["source"], asked["message"], answer["source"]) == ("user", "hello", "agent")
    assert asked["timestamp"] < answer["timestamp"]
    assert (
        answer["metrics"]["prompt_tokens"]
        == result.tokens.prompt
        == found["final_metrics"]["total_prompt_tokens"]
    )
    assert "cost_usd" not in answer["metrics"] and "total_cost_usd" not in found["final_metrics"]
    assert found["extra"]["outcome"] == result.outcome


def test_a_side_call_is_a_trajectory_within_it(tmp_path: Path) -> None:
    """With an id of its own."""
    found, _ = made(tmp_path, "call('a'); call('b')")
    (side,) = Trajectory.model_validate(found).subagent_trajectories or []
    assert (side.trajectory_id, side.steps[0].message) == ("side-1", "b")


TEXT = st.text(max_size=8)
TOOLS = st.builds(
    ToolUse, name=TEXT, arguments=TEXT | st.just('{"a": 1}') | st.just("[]"), id=st.none() | st.sampled_from(["a", "b"]),
    result=st.none() | TEXT, failed=st.none() | st.booleans(),
)  # fmt: skip
TURNS = st.builds(
    Turn,
    role=st.sampled_from(["system", "user", "assistant", "tool", "error"]),
    text=TEXT,
    call=st.integers(1, 3),
    answer=st.booleans(),
    reasoning=st.none() | TEXT,
    tools=st.lists(TOOLS, max_size=3).map(tuple),
)
THREADS = st.builds(
    Thread, calls=st.just((1,)), turns=st.lists(TURNS, max_size=4).map(tuple), side=st.booleans()
)


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> CellResult:
    """Any cell's."""
    return play(tmp_path_factory.mktemp("cell"), "call()")[1]


@given(threads=st.lists(THREADS, max_size=3))
def test_whatever_was_said_the_trajectory_is_one(result: CellResult, threads: list[Thread]) -> None:
    """Ids that are missing or come twice, arguments that are no object, words that the CLI put in."""
    said = Conversation(protocol="p", threads=tuple(threads), left_out=3)
    found = trajectory(result, said, {})
    json.dumps(found)
    assert found is None or Trajectory.model_validate(found)
    assert (found is None) == (not any(thread.turns for thread in threads))


def test_the_command_takes_the_record_before_the_clis_own_word(cab: Cab) -> None:
    """aider's conversation has the examples that it puts before the task; its log has not."""
    cab("run-cell", "--tui", "aider", "--model", "scripted:oracle", "--task", "mutations/py-interval-merge")
    told = cab.json("export", "--atif", "--scripted", "-o", "out", "--json")
    (path,) = (cab.cwd / "out").rglob("trajectory.json")
    found = Trajectory.model_validate_json(path.read_text())
    assert told["trajectories"] == 1 and found.notes is None
    given = [step for step in found.steps if step.source == "agent" and step.llm_call_count == 0]
    assert given and found.steps[-1].llm_call_count == 1


def test_the_version_is_upstreams_newest() -> None:
    """A new one is a reason to look what it has."""
    assert Trajectory.model_fields["schema_version"].default == VERSION


def test_what_a_cli_claims_is_a_trajectory_too(tmp_path: Path) -> None:
    """Of a cell without a wire record."""
    where, result = play(tmp_path, "call()", wire=False)
    left = Harvest(
        transcript=tuple(Step(role=role, text="x", tool="t") for role in ("user", "assistant", "tool", "reasoning", "info"))
    )  # fmt: skip
    found = Trajectory.model_validate(claimed_trajectory(result, left))
    assert [s.source for s in found.steps] == ["user", "agent", "agent", "agent", "system"]


def test_arguments_and_times_are_those_of_the_wire(tmp_path: Path) -> None:
    """What the model called a tool with, as an object, at the time of its answer."""
    tool = ToolUse(name="shell", arguments='{"command": ["ls", "-l"]}', id="c1", result="a.txt", failed=False)
    turns = (
        Turn(role="user", text="list", call=1, answer=False),
        Turn(role="assistant", text="", call=1, answer=True, tools=(tool,)),
    )
    _, result = play(tmp_path, "call()")
    call = ModelCall(
        n=1, started_at="", request_sha256="", model_asked="m", model_served="m", usage=Usage(), streamed=False,
        status=200, finish_reason="stop", latency_ms=1500.0, first_token_ms=None, throttle_ms=0.0, tries=1,
        start_ns=1_790_000_000_000_000_000,
    )  # fmt: skip
    said = Conversation(protocol="p", threads=(Thread(calls=(1,), turns=turns, side=False),), left_out=0)
    asked, answer = Trajectory.model_validate(trajectory(result, said, {1: call})).steps
    [called] = answer.tool_calls or []
    assert (called.function_name, called.arguments) == ("shell", {"command": ["ls", "-l"]})
    [seen] = (answer.observation and answer.observation.results) or []
    assert (seen.source_call_id, seen.content) == (called.tool_call_id, "a.txt")
    times = [datetime.fromisoformat(s.timestamp or "") for s in (asked, answer)]
    assert (times[1] - times[0]).total_seconds() == 1.5
