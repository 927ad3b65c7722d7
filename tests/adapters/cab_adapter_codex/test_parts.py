"""The parts of codex's adapter, without codex."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from cab_adapter_codex.adapter import Codex
from cab_adapter_codex.events import failure, finished, token_claim

from cab_core.plugins.protocols import Leftovers, Reply
from cab_core.plugins.toolkit import json_events
from cab_core.records import Env, Harvest, Job, McpServer, TokenClaim

JOB = Job(
    prompt="p", model="m", endpoint="http://e/v1", token="T-0123", home="/h", workdir="/w", deadline_s=1,
    context_tokens=8000, model_params={"verbosity": "low"}, protocol="openai-responses",
    stack=(McpServer(name="a-b", command=("x", "y")), Env(name="b", values={})),
)  # fmt: skip
UNKNOWN = json.dumps(
    {"type": "item.completed", "item": {"type": "error", "message": "Model metadata not found."}}
)
BEGUN = json.dumps({"type": "item.started", "item": {"type": "command_execution", "command": "ls"}})
RAN = {"type": "command_execution", "command": "ls", "aggregated_output": "a\u2028b\n", "exit_code": 0}
CALL = json.dumps({"type": "item.completed", "item": RAN}, ensure_ascii=False)
EDIT = json.dumps(
    {"type": "item.completed", "item": {"type": "file_change", "changes": [{"path": "a", "kind": "add"}]}}
)
ASKED = {
    "type": "mcp_tool_call",
    "server": "s",
    "tool": "t",
    "arguments": {"x": 1},
    "result": None,
    "error": {"message": "no"},
}
SERVER = json.dumps({"type": "item.completed", "item": ASKED})
THOUGHT = json.dumps({"type": "item.completed", "item": {"type": "reasoning", "text": "Hm."}})
TEXT = json.dumps({"type": "item.completed", "item": {"type": "agent_message", "text": "Done."}})
END = json.dumps(
    {"type": "turn.completed", "usage": {"input_tokens": 100, "cached_input_tokens": 90, "output_tokens": 7}}
)
ERROR = json.dumps({"type": "turn.failed", "error": {"message": "no such\nmodel"}})
WHOLE = "\r\n".join([UNKNOWN, BEGUN, CALL, EDIT, SERVER, THOUGHT, TEXT, END])


def harvest(stdout: str) -> Harvest:
    """Return what the adapter makes of an output."""
    return Codex().harvest(Leftovers(job=JOB, home=Path("/"), exit_code=0, stdout=stdout, stderr=""))


def test_the_token_is_in_the_environment_alone() -> None:
    """The config says in which variable; it has what the job says of the model, and no tries of its own."""
    launch = Codex().launch(JOB)
    assert "T-0123" not in str(launch.argv) + str(launch.files) and launch.env == {"CAB_TOKEN": "T-0123"}
    config = tomllib.loads(launch.files[".codex/config.toml"])
    provider = config["model_providers"]["cab"]
    assert (provider["base_url"], provider["env_key"]) == ("http://e/v1", "CAB_TOKEN")
    assert provider["request_max_retries"] == provider["stream_max_retries"] == 0
    assert (config["model_context_window"], config["model_verbosity"]) == (8000, "low")
    assert config["mcp_servers"]["a-b"]["command"] == "x"
    assert [(a.item, a.tool_prefix) for a in launch.stack] == [("mcp:a-b", "mcp__a_b__"), ("env:b", None)]


def test_events_become_a_transcript() -> None:
    """Who spoke is told apart; a result stands with its call."""
    found = harvest(WHOLE)
    assert [(s.role, s.tool, s.text) for s in found.transcript] == [
        ("user", None, "p"), ("info", None, "Model metadata not found."), ("tool", "exec_command", "ls\na\u2028b\n"),
        ("tool", "apply_patch", "add a"), ("tool", "s.t", '{"x": 1}\n{"message": "no"}'),
        ("reasoning", None, "Hm."), ("assistant", None, "Done."),
    ]  # fmt: skip
    assert (found.claim.prompt, found.claim.completion) == (100, 7)
    assert (found.final_message, found.finished, found.failure) == ("Done.", True, None)


@pytest.mark.parametrize("lines", [[], [TEXT], [END, ERROR], [END, json.dumps({"type": "turn.started"})]])
def test_what_is_no_end(lines: list[str]) -> None:
    """A turn that failed, or goes on, is no end."""
    assert finished(json_events("\n".join(lines))) is False


def test_a_failure_is_told_in_the_clis_words() -> None:
    """The failed turn comes first, else the last line of stderr; an item's error is none."""
    assert failure(json_events(f"{UNKNOWN}\n{ERROR}"), "x") == "no such model"
    assert failure(json_events(UNKNOWN), "a\nnot a trusted directory\n") == "not a trusted directory"
    assert failure([], "") is None


def test_tokens_that_are_not_told_are_unknown() -> None:
    """Zero and nonsense are no claim."""
    for usage in ({}, {"input_tokens": 0, "output_tokens": 0}, {"input_tokens": "1", "output_tokens": 1}, 5):
        assert token_claim([{"type": "turn.completed", "usage": usage}]) == TokenClaim()
    assert token_claim([]) == TokenClaim()


def test_what_the_recording_shows() -> None:
    """A command as it begins, its output as it ends, edits, texts and errors; what is no event stays as it is."""
    shown = [Codex.render(line) for line in (BEGUN, CALL, EDIT, TEXT, ERROR, END, "plain")]
    assert shown == ["$ ls", "a\nb", "> apply_patch add a", "Done.", "no such model", "", "plain"]


def test_the_dialect_gives_each_file_as_a_patch_once() -> None:
    """It goes by the calls in the conversation, and answers nothing to a call without tools."""

    def ask(*done: dict[str, str]) -> Reply | None:
        calls = [{"function": {"name": "exec_command", "arguments": json.dumps(d)}} for d in done]
        request = {"tools": [{}], "messages": [{"role": "user"}, {"role": "assistant", "tool_calls": calls}]}
        return Codex().dialect().edit({"b": "2\n3\n"}, request, JOB)

    patch = {"cmd": "apply_patch <<'END'\n*** Begin Patch\n*** Add File: /w/b\n+2\n+3\n*** End Patch\nEND"}
    assert [ask(), ask(patch)] == [Reply(tool=("exec_command", patch)), None]
    assert Codex().dialect().edit({"b": "2\n"}, {"messages": []}, JOB) is None


def test_what_no_patch_holds_is_told() -> None:
    """A patch is made of whole lines that end in line feeds."""
    files = {"whole": "a\n", "unended": "a", "crlf": "a\r\n", "empty": "", "nul": "\0\n"}
    assert set(Codex().dialect().cannot(files, {}, JOB)) == {"unended", "crlf", "empty", "nul"}
