"""The parts of opencode's adapter, without opencode."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cab_adapter_opencode.adapter import Opencode
from cab_adapter_opencode.events import failure, finished, token_claim

from cab_core.plugins.protocols import Leftovers, Reply
from cab_core.plugins.toolkit import json_events
from cab_core.records import Env, Job, McpServer, TokenClaim

JOB = Job(
    prompt="p", model="m", endpoint="http://e/v1", token="T-0123", home="/h", workdir="/w", deadline_s=1,
    context_tokens=8000, model_params={"seed": 7}, stack=(McpServer(name="a", command=("x",)), Env(name="b", values={})),
)  # fmt: skip
TOKENS = {"input": 90, "output": 5, "reasoning": 2, "cache": {"read": 10, "write": 0}}
START = json.dumps({"type": "step_start"})
CALL = json.dumps(
    {
        "type": "tool_use",
        "part": {"tool": "bash", "state": {"input": {"command": "ls"}, "output": "a\u2028b\n"}},
    },
    ensure_ascii=False,
)
ASKS = json.dumps({"type": "step_finish", "part": {"reason": "tool-calls", "tokens": TOKENS}})
THOUGHT = json.dumps({"type": "reasoning", "part": {"text": "Hm."}})
TEXT = json.dumps({"type": "text", "part": {"text": "Done."}})
END = json.dumps({"type": "step_finish", "part": {"reason": "stop", "tokens": TOKENS}})
ERROR = json.dumps({"type": "error", "error": {"name": "APIError", "data": {"message": "no such model"}}})
WHOLE = "\r\n".join([START, THOUGHT, CALL, ASKS, START, TEXT, END])


def harvest(stdout: str, stderr: str = "") -> object:
    """Return what the adapter makes of an output."""
    return Opencode().harvest(Leftovers(job=JOB, home=Path("/"), exit_code=0, stdout=stdout, stderr=stderr))


def test_the_launch_keeps_the_token_out_of_arguments_and_environment() -> None:
    """The token is in the config file below HOME alone; every stack item is accounted for."""
    launch = Opencode().launch(JOB)
    assert "T-0123" not in str(launch.argv) + str(launch.env)
    config = json.loads(launch.files[".cab/opencode.json"])
    assert config["provider"]["cab"]["options"] == {"baseURL": "http://e/v1", "apiKey": "T-0123"}
    limit = {"context": 8000, "output": 2000}
    assert config["provider"]["cab"]["models"] == {"m": {"options": {"seed": 7}, "limit": limit}}
    assert [a.item for a in launch.stack] == ["mcp:a", "env:b"]


def test_events_become_a_transcript() -> None:
    """User, tool and model are told apart, and the tokens of the steps added up."""
    found = harvest(WHOLE)
    assert [(s.role, s.tool) for s in found.transcript] == [
        ("user", None),
        ("reasoning", None),
        ("tool", "bash"),
        ("assistant", None),
    ]
    assert found.transcript[2].text == '{"command": "ls"}\na\u2028b\n'
    assert (found.claim.prompt, found.claim.completion) == (200, 14)
    assert (found.final_message, found.finished, found.failure) == ("Done.", True, None)


@pytest.mark.parametrize(
    "lines", [[], [START], [START, ASKS], [START, TEXT, END, START], [START, TEXT, END, ERROR]]
)
def test_what_is_no_end(lines: list[str]) -> None:
    """A step that goes on, or an error at the end, is no end."""
    assert finished(json_events("\n".join(lines))) is False


def test_a_failure_is_told_in_the_clis_words() -> None:
    """The error event comes first, else the last line of stderr, without colours."""
    assert failure(json_events(ERROR), "x") == "no such model"
    assert failure([], "a\n\x1b[91mbroken\x1b[0m\n") == "broken"
    assert failure([], "") is None


def test_tokens_that_are_not_told_are_unknown() -> None:
    """Zero, nonsense and a log with a gap are no claim."""
    nothing = json.dumps({"type": "step_finish", "part": {"tokens": {**TOKENS, "input": None}}})
    for stdout in ("", nothing, WHOLE + "\n[... 10 bytes left out ...]\n"):
        assert token_claim(stdout, json_events(stdout)) == TokenClaim()


def test_what_the_recording_shows() -> None:
    """Texts, calls and errors are shown, steps are not, and what is no event stays as it is."""
    shown = [Opencode.render(line) for line in (START, TEXT, ERROR, "plain", CALL)]
    assert shown == ["", "Done.", "no such model", "plain", "$ ls\na\nb"]


def test_the_dialect_writes_each_file_once() -> None:
    """It goes by the calls in the conversation, and answers nothing to a call without tools."""

    def ask(*done: dict[str, str]) -> Reply | None:
        calls = [{"function": {"name": "write", "arguments": json.dumps(d)}} for d in done]
        request = {"tools": [{}], "messages": [{"role": "user"}, {"role": "assistant", "tool_calls": calls}]}
        return Opencode().dialect().edit({"b": "2", "a/c": "1"}, request, JOB)

    first, second = {"filePath": "/w/a/c", "content": "1"}, {"filePath": "/w/b", "content": "2"}
    assert [ask(), ask(first), ask(first, second)] == [
        Reply(tool=("write", first)), Reply(tool=("write", second)), None,
    ]  # fmt: skip
    assert Opencode().dialect().edit({"b": "2"}, {"messages": []}, JOB) is None
