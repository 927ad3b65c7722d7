"""The parts of mini-swe-agent's adapter, without mini-swe-agent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import attrs
import jinja2
import pytest
import yaml
from cab_adapter_mini.adapter import Mini
from cab_adapter_mini.trajectory import failure, final_message, finished, token_claim
from hypothesis import given
from hypothesis import strategies as st

from cab_core.plugins.protocols import Leftovers, Reply
from cab_core.records import Harvest, Instructions, Job, McpServer, TokenClaim

JOB = Job(
    prompt="p", model="m", endpoint="http://e/v1", token="T-0123", home="/h", workdir="/w", deadline_s=1,
    model_params={"seed": 7}, options={"step_limit": 9, "command_timeout_s": 60},
    stack=(McpServer(name="a", command=("x", "y")), Instructions(name="b", text="Be brief.")),
)  # fmt: skip
texts = st.text(st.characters(exclude_categories=["Cs"]))


def config(job: Job) -> dict[str, Any]:
    """Return the config as mini-swe-agent reads it."""
    return yaml.safe_load(Mini().launch(job).files[".cab/config.yaml"])


def test_the_token_is_in_the_environment_alone() -> None:
    """What the job says of the model is in the config; every item of the stack is accounted for."""
    launch = Mini().launch(JOB)
    assert "T-0123" not in str(launch.argv) + str(launch.files) and launch.env["OPENAI_API_KEY"] == "T-0123"
    assert launch.env["MSWEA_MODEL_RETRY_STOP_AFTER_ATTEMPT"] == "1" and launch.cwd == "/h"
    made = config(JOB)
    kwargs = {"api_base": "http://e/v1", "max_retries": 0, "num_retries": 0, "seed": 7}
    assert (made["model"]["model_name"], made["model"]["model_kwargs"]) == ("openai/m", kwargs)
    assert (made["environment"], made["agent"]["step_limit"]) == ({"cwd": "/w", "timeout": 60}, 9)
    assert [(a.item, a.reason) for a in launch.stack] == [
        ("mcp:a", "mini-swe-agent speaks no MCP"), ("instructions:b", None),
    ]  # fmt: skip


@given(text=texts)
def test_a_text_is_said_as_it_is(text: str) -> None:
    """YAML has ends of lines that JSON has not, and an instruction of a stack is no template."""
    job = attrs.evolve(JOB, prompt=text, stack=(Instructions(name="x", text=text),))
    made = config(job)
    assert made["run"]["task"] == text
    told = jinja2.Template(made["agent"]["system_template"], keep_trailing_newline=True).render()
    assert told.partition("\n\n")[2] == text


CALL = {"command": "ls", "tool_call_id": "c1"}
USED = {"response": {"usage": {"prompt_tokens": 100, "completion_tokens": 7}}}
ASKS = {"role": "assistant", "content": "", "reasoning_content": "Hm.", "extra": {**USED, "actions": [CALL]}}
BACK = {"role": "tool", "content": "{}", "tool_call_id": "c1", "extra": {"raw_output": "a\u2028b\n"}}
FAULT = {"role": "user", "content": "Tool call error", "extra": USED}
SAYS = {"role": "assistant", "content": "Done.", "extra": USED}
END = {"role": "exit", "content": "", "extra": {"exit_status": "Submitted"}}
BEGUN = [{"role": "system", "content": "s"}, {"role": "user", "content": "Please solve: p"}]
LOG = {
    "info": {"exit_status": "Submitted", "submission": ""},
    "messages": [*BEGUN, ASKS, BACK, FAULT, SAYS, END],
}
ERROR = {
    "role": "exit",
    "content": "litellm.NotFoundError: no such\nmodel",
    "extra": {"exit_status": "NotFoundError"},
}


def harvest(home: Path, log: object) -> Harvest:
    """Return what the adapter makes of a trajectory."""
    (home / ".cab").mkdir()
    (home / ".cab/trajectory.json").write_text(json.dumps(log))
    return Mini().harvest(Leftovers(job=JOB, home=home, exit_code=0, stdout="", stderr=""))


def test_a_trajectory_becomes_a_transcript(tmp_path: Path) -> None:
    """A result stands with its call; an answer that was no good counts, too."""
    found = harvest(tmp_path, LOG)
    assert [(s.role, s.tool, s.text) for s in found.transcript] == [
        ("user", None, "p"), ("reasoning", None, "Hm."), ("tool", "bash", "ls\na\u2028b\n"),
        ("info", None, "Tool call error"), ("assistant", None, "Done."),
    ]  # fmt: skip
    assert (found.claim.prompt, found.claim.completion) == (300, 21)
    assert (found.final_message, found.finished, found.failure) == ("Done.", True, None)


def test_without_a_trajectory_nothing_is_known(tmp_path: Path) -> None:
    """The last line on stderr says why."""
    left = Leftovers(job=JOB, home=tmp_path, exit_code=1, stdout="", stderr="a\nNo module named x\n")
    found = Mini().harvest(left)
    assert (found.finished, found.failure, found.claim) == (None, "No module named x", TokenClaim())


@pytest.mark.parametrize("status", ["", "NotFoundError", None, 5])
def test_what_is_no_end(status: object) -> None:
    """An error, and a run that was cut off, are none."""
    assert finished({"info": {"exit_status": status}}) is False


def test_a_failure_is_told_in_its_words() -> None:
    """The error first; a word for the end where that is all; else the last line of stderr."""
    assert failure({"messages": [ERROR]}, "x") == "litellm.NotFoundError: no such model"
    assert failure({"messages": [END]}, "x") == "Submitted"
    assert failure({}, "") is None


def test_what_was_handed_in_are_the_last_words_where_there_are_no_others() -> None:
    """A command may print them."""
    assert final_message({"info": {"submission": "all done"}, "messages": [ASKS]}) == "all done"
    assert final_message({}) is None


def test_tokens_that_are_not_told_are_unknown() -> None:
    """Zero, nonsense and an answer without them are no claim."""
    for usage in (
        {},
        {"prompt_tokens": 0, "completion_tokens": 0},
        {"prompt_tokens": "1", "completion_tokens": 1},
        5,
    ):
        message = {"role": "assistant", "extra": {"response": {"usage": usage}}}
        assert token_claim({"messages": [SAYS, message] if usage == {} else [message]}) == TokenClaim()
    assert token_claim({"messages": [{"extra": {"response": "ModelResponse(...)"}}]}) == TokenClaim()


def test_the_dialect_leaves_files_to_the_shell_and_ends_with_a_command() -> None:
    """The last words stand beside it."""
    dialect = Mini().dialect()
    assert dialect.edit({"a": "1"}, {}, JOB) is None and set(dialect.cannot({"a": "1"}, {}, JOB)) == {"a"}
    end = {"command": "echo COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT"}
    assert dialect.done("Done.", {}, JOB) == Reply(text="Done.", tool=("bash", end))
