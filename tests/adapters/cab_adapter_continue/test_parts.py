"""The parts of Continue's adapter, without the CLI."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cab_adapter_continue.adapter import Continue
from cab_adapter_continue.session import failure, last_word, token_claim, transcript

from cab_core.plugins.protocols import Leftovers
from cab_core.records import Env, Harvest, Instructions, Job, McpServer, Skill, TokenClaim, Usage

JOB = Job(
    prompt="p", model="m", endpoint="http://e/v1", token="T-0123", home="/h", workdir="/w", deadline_s=1,
    context_tokens=64_000, model_params={"seed": 7},
    stack=(
        McpServer(name="a", command=("x", "y")), Env(name="b", values={}), Instructions(name="c", text="Be brief."),
        Skill(name="d", description="D", text="x"),
    ),
)  # fmt: skip
USED = {"prompt_tokens": 100, "completion_tokens": 7, "prompt_tokens_details": {"cached_tokens": 20}}
STATE = {
    "toolCall": {"function": {"name": "Bash"}},
    "parsedArgs": {"command": "ls"},
    "output": [{"content": "a"}],
}
USER = {"message": {"role": "user", "content": [{"type": "text", "text": "p"}]}}
CALLS = {
    "message": {"role": "assistant", "content": "", "toolCalls": [{}], "usage": USED},
    "toolCallStates": [STATE],
}
WORD = {"message": {"role": "assistant", "content": "Done."}}
SESSION = {"history": [USER, CALLS, WORD], "usage": {"promptTokens": 200, "completionTokens": 14}}
OTHER = {"sessionId": "x-1", "workspaceDirectory": "/elsewhere"}


def harvest(
    home: Path, session: Any = SESSION, code: int = 0, name: str = "6c7c-1", stderr: str = ""
) -> Harvest:
    """Return what the adapter makes of a HOME with that session."""
    sessions = home / ".continue/sessions"
    sessions.mkdir(parents=True)
    listed = [{"sessionId": name, "workspaceDirectory": "/w"}, OTHER]
    (sessions / "sessions.json").write_text(json.dumps(listed))
    (sessions / "6c7c-1.json").write_text(json.dumps(session))
    return Continue().harvest(Leftovers(job=JOB, home=home, exit_code=code, stdout="Done.\n", stderr=stderr))


def test_the_token_is_in_the_environment_alone() -> None:
    """The config names the variable; it has what the job says of the model."""
    launch = Continue().launch(JOB)
    assert "T-0123" not in str(launch.argv) + str(launch.files) and launch.env["CAB_TOKEN"] == "T-0123"
    [model] = json.loads(launch.files[".continue/config.yaml"])["models"]
    assert (model["model"], model["apiBase"], model["apiKey"]) == (
        "m",
        "http://e/v1",
        "${{ secrets.CAB_TOKEN }}",
    )
    assert model["requestOptions"] == {"extraBodyProperties": {"seed": 7}}
    assert model["defaultCompletionOptions"] == {"contextLength": 64_000}
    assert launch.stdin == "p" and launch.env["https_proxy"] == launch.env["FORCE_NO_TTY"] == ""


def test_a_stack_is_applied() -> None:
    """Servers and texts in its config, skills as files; its servers' tools have no name in front."""
    launch = Continue().launch(JOB)
    config = json.loads(launch.files[".continue/config.yaml"])
    assert config["mcpServers"] == [{"name": "a", "command": "x", "args": ["y"], "env": {}}]
    assert config["rules"] == ["Be brief."] and ".continue/skills/d/SKILL.md" in launch.files
    assert [(a.item, a.reason, a.tool_prefix) for a in launch.stack] == [
        ("mcp:a", None, None), ("env:b", None, None), ("instructions:c", None, None), ("skill:d", None, None),
    ]  # fmt: skip


def test_a_session_becomes_a_transcript(tmp_path: Path) -> None:
    """It is the one that was held in the work dir; a result stands with its call, and the tokens there."""
    found = harvest(tmp_path)
    assert [(s.role, s.tool, s.text) for s in found.transcript] == [
        ("user", None, "p"), ("tool", "Bash", '{"command": "ls"}\na'), ("assistant", None, "Done."),
    ]  # fmt: skip
    assert found.transcript[1].usage == Usage(prompt=100, completion=7, cached=20)
    assert (found.claim.prompt, found.claim.completion) == (200, 14)
    assert (found.final_message, found.finished, found.failure) == ("Done.", True, None)


def test_an_exit_that_is_not_zero_is_no_end(tmp_path: Path) -> None:
    """What was said before the error is no last word."""
    found = harvest(tmp_path, code=1, stderr='Retrying\n{"status":"error","message":"404 no such\\nmodel"}\n')
    assert (found.final_message, found.finished, found.failure) == (None, False, "404 no such model")


@pytest.mark.parametrize("name", ["../x", "gone", ""])
def test_without_a_session_nothing_is_claimed(tmp_path: Path, name: str) -> None:
    """A name that is none, or names nothing, is no session; the prompt is known."""
    found = harvest(tmp_path, name=name)
    assert (found.finished, found.claim, [s.text for s in found.transcript]) == (False, TokenClaim(), ["p"])


@pytest.mark.parametrize("history", [[], [USER], [USER, CALLS], 5, [5], [{"message": 5}]])
def test_what_is_no_last_word(history: Any) -> None:
    """A call of a tool is none, nor is what another said; nonsense raises nothing."""
    assert last_word({"history": history}) is None and last_word(None) is None
    transcript({"history": history})


def test_a_failure_is_told_in_the_clis_words() -> None:
    """Its error comes first, else the last line of stderr."""
    assert failure('{"status": "error", "message": "no"}\nx\n') == "no"
    assert failure("a\nError: A prompt is required\n") == "Error: A prompt is required"
    assert failure("") is None


def test_a_server_that_did_not_start_is_told(tmp_path: Path) -> None:
    """Continue ends because of it; what the server printed is not taken for another."""
    told = "MCP server(s) failed to load:\na: Connection closed\nServer stderr: no\nb: x"
    found = harvest(tmp_path, code=1, stderr=json.dumps({"status": "error", "message": told}))
    assert found.failed_items == {"mcp:a": "Connection closed"}


def test_tokens_that_are_not_told_are_unknown() -> None:
    """Zero and nonsense are no claim."""
    for usage in (
        {},
        {"promptTokens": 0, "completionTokens": 0},
        {"promptTokens": "1", "completionTokens": 1},
        5,
    ):
        assert token_claim({"usage": usage}) == TokenClaim()
    assert token_claim(None) == TokenClaim()
