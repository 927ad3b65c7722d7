"""The parts of copilot's adapter, without copilot."""

from __future__ import annotations

import json
from pathlib import Path

import attrs
import pytest
from cab_adapter_copilot.adapter import Copilot
from cab_adapter_copilot.events import failed_servers, failure, finished, token_claim

from cab_core.plugins.protocols import Leftovers, Reply
from cab_core.plugins.toolkit import json_events
from cab_core.records import Env, Harvest, Job, McpServer, TokenClaim

JOB = Job(
    prompt="p", model="m", endpoint="http://e/v1", token="T-0123", home="/h", workdir="/w", deadline_s=1,
    context_tokens=8000, stack=(McpServer(name="a", command=("x", "y")), Env(name="b", values={})),
)  # fmt: skip


def event(kind: str, **data: object) -> str:
    """Return an event as copilot prints it."""
    return json.dumps({"type": kind, "data": data}, ensure_ascii=False)


USER = event("user.message", content="p", transformedContent="<time>p")
ASKS = event("assistant.message", content="", toolRequests=[{}])
CALL = event("tool.execution_start", toolCallId="1", toolName="bash", arguments={"command": "ls"})
AGAIN = event("tool.execution_start", toolCallId="2", toolName="view", arguments={"path": "a"})
BACK = event("tool.execution_complete", toolCallId="1", success=True, result={"content": "a\u2028b\n"})
BAD = event("tool.execution_complete", toolCallId="2", success=False, error={"message": "denied"})
THOUGHT = event("assistant.reasoning", content="Hm.")
TEXT = event("assistant.message", content="Done.")
ERROR = event("session.error", message="Authentication failed.\n  Check it.")
END = json.dumps({"type": "result", "exitCode": 0})
WHOLE = "\r\n".join([USER, ASKS, CALL, AGAIN, BAD, BACK, TEXT, THOUGHT, END])
USAGE = {"modelMetrics": {m: {"usage": {"inputTokens": 100, "outputTokens": 7}} for m in "mn"}}


def harvest(stdout: str, home: Path = Path("/")) -> Harvest:
    """Return what the adapter makes of an output."""
    return Copilot().harvest(Leftovers(job=JOB, home=home, exit_code=0, stdout=stdout, stderr=""))


def test_the_token_is_in_no_argument() -> None:
    """The credential goes through the environment alone; every stack item is accounted for."""
    launch = Copilot().launch(JOB)
    assert "T-0123" not in str(launch.argv) and launch.env["COPILOT_PROVIDER_API_KEY"] == "T-0123"
    assert launch.env["COPILOT_PROVIDER_MAX_PROMPT_TOKENS"] == "8000"
    assert [a.item for a in launch.stack] == ["mcp:a", "env:b"]


def test_only_one_parameter_of_the_model_can_be_set() -> None:
    """reasoning_effort becomes an argument, and it is the only one that a sweep may set."""
    launch = Copilot().launch(attrs.evolve(JOB, model_params={"reasoning_effort": "high"}))
    assert "--reasoning-effort=high" in launch.argv
    assert Copilot.model_params == ("reasoning_effort",)


def test_events_become_a_transcript(tmp_path: Path) -> None:
    """Who spoke is told apart, a result stands with its call; all models' tokens are added up from the usage file."""
    (tmp_path / ".copilot").mkdir()
    (tmp_path / ".copilot/usage.json").write_text(json.dumps(USAGE))
    found = harvest(WHOLE, tmp_path)
    assert [(s.role, s.tool, s.text) for s in found.transcript] == [
        ("user", None, "p"), ("tool", "bash", '{"command": "ls"}\na\u2028b\n'),
        ("tool", "view", '{"path": "a"}\ndenied'), ("assistant", None, "Done."), ("reasoning", None, "Hm."),
    ]  # fmt: skip
    assert (found.claim.prompt, found.claim.completion) == (200, 14)
    assert (found.final_message, found.finished, found.failure) == ("Done.", True, None)


@pytest.mark.parametrize("lines", [[], [TEXT], [END, TEXT], [json.dumps({"type": "result", "exitCode": 1})]])
def test_what_is_no_end(lines: list[str]) -> None:
    """Only a result of 0, and that as the last event, is an end."""
    assert finished(json_events("\n".join(lines))) is False


def test_a_failure_is_told_in_the_clis_words() -> None:
    """The error event comes first, else the last line of stderr."""
    assert failure(json_events(ERROR), "x") == "Authentication failed. Check it."
    assert failure([], "a\nerror: unknown option '--x'\n") == "error: unknown option '--x'"
    assert failure([], "") is None


@pytest.mark.parametrize("usage", ["", "[", "{}", '{"modelMetrics": {"m": 1}}', '{"modelMetrics": {}}'])
def test_tokens_that_are_not_told_are_unknown(usage: str) -> None:
    """A usage file that is missing, broken or empty is no claim."""
    assert token_claim(usage) == TokenClaim()


def test_what_the_recording_shows() -> None:
    """Texts, calls, results and errors are shown; the rest is not; what is no event stays as it is."""
    shown = [Copilot.render(line) for line in (USER, ASKS, CALL, BACK, TEXT, ERROR, END, "plain")]
    assert shown == [
        "", "", "$ ls", "a\nb", "Done.", "Authentication failed. Check it.", "", "plain",
    ]  # fmt: skip


def test_the_dialect_makes_room_and_creates_each_file_once() -> None:
    """It goes by the calls in the conversation, and answers nothing to a call without tools."""

    def ask(*done: tuple[str, dict[str, str]]) -> Reply | None:
        calls = [{"function": {"name": n, "arguments": json.dumps(a)}} for n, a in done]
        request = {"tools": [{}], "messages": [{"role": "user"}, {"role": "assistant", "tool_calls": calls}]}
        return Copilot().dialect().edit({"b c": "2", "a/d": "1"}, request, JOB)

    space = (
        "bash",
        {"command": "rm -f -- /w/a/d '/w/b c' && mkdir -p -- /w /w/a", "description": "Make space"},
    )
    first = ("create", {"path": "/w/a/d", "file_text": "1"})
    second = ("create", {"path": "/w/b c", "file_text": "2"})
    replies = [ask(), ask(space), ask(space, first), ask(space, first, second)]
    assert replies == [Reply(tool=space), Reply(tool=first), Reply(tool=second), None]
    assert Copilot().dialect().edit({"b": "2"}, {"messages": []}, JOB) is None


def test_servers_that_did_not_start_are_told_in_copilot_s_words() -> None:
    """The last status counts; what is no such event, or half of one, says nothing."""
    status = "session.mcp_server_status_changed"
    said = [
        ("a", "pending", None), ("a", "failed", "no such file"), ("b", "failed", "gone"), ("b", "connected", None),
        ("c", "failed", None),
    ]  # fmt: skip
    events = [
        {"type": status, "data": {"serverName": name, "status": state, "error": error}}
        for name, state, error in said
    ]
    assert failed_servers([{"type": status}, {"type": status, "data": 5}, *events]) == {
        "mcp:a": "no such file",
        "mcp:c": "failed",
    }
