"""The conversation of a cell as an ATIF trajectory, held against a model of the format that others wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from atif import Trajectory
from hypothesis import given
from hypothesis import strategies as st

from cab_core.conversation.atif import trajectory
from cab_core.conversation.read import read_conversation
from cab_core.records import CellResult
from cab_core.records.conversation import Conversation, Thread, ToolUse, Turn
from tests.conftest import Cab
from tests.support.puppet import play
from tests.support.wire import PROTOCOLS


def made(root: Path, script: str = "call()") -> tuple[dict[str, Any], CellResult]:
    """The trajectory of a cell in which a script was the CLI."""
    where, result = play(root, script)
    known = {p.name: p for p in PROTOCOLS}
    said = read_conversation(where, known.__getitem__)
    assert said is not None
    return trajectory(result, *said), result


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
    Trajectory.model_validate(found)


def test_the_command_takes_the_record_before_the_clis_own_word(cab: Cab) -> None:
    """aider's conversation has the examples that it puts before the task; its log has not."""
    cab("run-cell", "--tui", "aider", "--model", "scripted:oracle", "--task", "mutations/py-interval-merge")
    told = cab.json("export", "--atif", "--scripted", "-o", "out", "--json")
    (path,) = (cab.cwd / "out").rglob("trajectory.json")
    found = Trajectory.model_validate_json(path.read_text())
    assert told["trajectories"] == 1 and found.notes is None
    given = [step for step in found.steps if step.source == "agent" and step.llm_call_count == 0]
    assert given and found.steps[-1].llm_call_count == 1
