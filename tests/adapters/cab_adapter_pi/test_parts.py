"""The parts of pi's adapter, without pi."""

from __future__ import annotations

import json
from pathlib import Path

import attrs
import pytest
from cab_adapter_pi.adapter import Pi
from cab_adapter_pi.events import failure, finished, token_claim

from cab_core.plugins.protocols import Leftovers, Reply
from cab_core.plugins.toolkit import json_events
from cab_core.records import Env, Harvest, Job, McpServer, TokenClaim, Usage

JOB = Job(
    prompt="p", model="m", endpoint="http://e/v1", token="T-0123", home="/h", workdir="/w", deadline_s=1,
    context_tokens=8000, model_params={"seed": 7}, options={"thinking": "low"},
    stack=(McpServer(name="a-b", command=("x", "y"), env={"N": "!$V"}), Env(name="b", values={})),
)  # fmt: skip
USED = {"input": 90, "output": 7, "cacheRead": 10, "cacheWrite": 5, "reasoning": 3}


def entry(role: str, *blocks: dict[str, object], **more: object) -> str:
    """Return an entry of a session."""
    message = {"role": role, "content": list(blocks), **more}
    return json.dumps({"type": "message", "id": "1", "message": message}, ensure_ascii=False)


def text(said: str) -> dict[str, object]:
    """Return a block of text."""
    return {"type": "text", "text": said}


BEGUN = json.dumps({"type": "session", "version": 3, "cwd": "/w"})
PROMPT = entry("user", text("p"))
THOUGHT = {"type": "thinking", "thinking": "Hm."}
CALL = {"type": "toolCall", "id": "c1", "name": "bash", "arguments": {"command": "ls"}}
ASKS = entry("assistant", THOUGHT, CALL, usage=USED, stopReason="toolUse")
BACK = entry("toolResult", text("a\u2028b\n"), toolCallId="c1", toolName="bash", isError=False)
SUMMARY = json.dumps({"type": "compaction", "summary": "s", "usage": USED})
END = entry("assistant", text("Done."), usage=USED, stopReason="stop")
ERROR = entry("assistant", usage={}, stopReason="error", errorMessage="404 no such\nmodel")
WHOLE = "\n".join([BEGUN, PROMPT, ASKS, BACK, SUMMARY, END])


def harvest(home: Path, session: str, stderr: str = "") -> Harvest:
    """Return what the adapter makes of a session."""
    (home / ".pi/agent").mkdir(parents=True)
    (home / ".pi/agent/session.jsonl").write_text(session)
    return Pi().harvest(Leftovers(job=JOB, home=home, exit_code=0, stdout="", stderr=stderr))


def test_the_token_is_in_the_environment_alone() -> None:
    """What the job says of the model is in the config, with no tries of its own; all items are accounted for."""
    launch = Pi().launch(JOB)
    assert "T-0123" not in str(launch.argv) + str(launch.files) and launch.env["CAB_TOKEN"] == "T-0123"
    provider = json.loads(launch.files[".pi/agent/models.json"])["providers"]["cab"]
    model = {"id": "m", "samplingParams": {"seed": 7}, "reasoning": True, "contextWindow": 8000}
    assert (provider["baseUrl"], provider["models"]) == ("http://e/v1", [model])
    assert json.loads(launch.files[".pi/agent/settings.json"])["retry"] == {"enabled": False}
    [server] = json.loads(launch.files[".pi/agent/mcp.json"])["mcpServers"].values()
    assert server == {"command": "x", "args": ["y"], "env": {"N": "$!$$V"}, "exposure": "direct"}
    assert [(a.item, a.tool_prefix) for a in launch.stack] == [("mcp:a-b", "mcp__a_b__"), ("env:b", None)]


@pytest.mark.parametrize(
    ("prompt", "said"), [("/mcp", "\n/mcp"), ("@a", "\n@a"), ("--help", "--help"), (" a \n", " a \n")]
)
def test_a_prompt_is_no_command(prompt: str, said: str) -> None:
    """It stands behind the end of the options; one that is too long for an argument is read."""
    launch, long = (Pi().launch(attrs.evolve(JOB, prompt=p)) for p in (prompt, prompt * 100_000))
    assert (launch.argv[-2:], launch.stdin) == (("--", said), None)
    assert "--" not in long.argv and long.stdin is not None and len(long.stdin) >= len(prompt) * 100_000


def test_a_session_becomes_a_transcript(tmp_path: Path) -> None:
    """A result stands with its call, the tokens of a call at what came of it; a summary costs, too."""
    found = harvest(tmp_path, WHOLE)
    assert [(s.role, s.tool, s.text) for s in found.transcript] == [
        ("user", None, "p"), ("reasoning", None, "Hm."), ("tool", "bash", '{"command": "ls"}\na\u2028b\n'),
        ("assistant", None, "Done."),
    ]  # fmt: skip
    assert found.transcript[2].usage == Usage(prompt=105, completion=7, cached=10, reasoning=3)
    assert (found.claim.prompt, found.claim.completion) == (315, 21)
    assert (found.final_message, found.finished, found.failure) == ("Done.", True, None)


@pytest.mark.parametrize("lines", [[PROMPT], [PROMPT, ASKS], [PROMPT, ASKS, BACK], [END, ERROR]])
def test_what_is_no_end(lines: list[str]) -> None:
    """Only an answer that asks for no tool is one."""
    assert finished(json_events("\n".join(lines))) is False


def test_without_a_session_nothing_is_known(tmp_path: Path) -> None:
    """The last line on stderr says why."""
    left = Leftovers(job=JOB, home=tmp_path, exit_code=1, stdout="", stderr="a\nNo model\n")
    found = Pi().harvest(left)
    assert (found.finished, found.failure, found.claim) == (None, "No model", TokenClaim())


def test_a_session_that_is_too_long_to_be_read_says_little(tmp_path: Path) -> None:
    """What was cut off may have been the end, and cost more."""
    found = harvest(tmp_path, WHOLE + "\n" + " " * (17 << 20))
    assert (found.finished, found.claim, found.final_message) == (None, TokenClaim(), "Done.")


def test_a_failure_is_told_in_pis_words() -> None:
    """The last error comes first, else the last line of stderr."""
    assert failure(json_events(ERROR), "x") == "404 no such model"
    assert failure([], "a\nbroken\n") == "broken"
    assert failure([], "") is None


def test_tokens_that_are_not_told_are_unknown() -> None:
    """Zero, nonsense and an answer without them are no claim."""
    for usage in ({}, dict.fromkeys(USED, 0), {**USED, "input": "1"}, 5):
        assert token_claim(json_events(entry("assistant", usage=usage) + "\n" + END)) == TokenClaim()
    assert token_claim([]) == TokenClaim()


def test_what_the_recording_shows() -> None:
    """Commands, the lines that change, results, texts and errors; what is no event stays as it is."""
    edits = {"path": "a", "edits": [{"oldText": "x\ny", "newText": "z"}, {"oldText": "p", "newText": "q"}]}
    said = {"role": "assistant", "content": [THOUGHT, text("Done."), CALL]}
    lines = [
        {"type": "tool_execution_start", "toolName": "bash", "args": {"command": "ls"}},
        {"type": "tool_execution_start", "toolName": "edit", "args": edits},
        {"type": "tool_execution_end", "result": {"content": [text("a\nb")]}},
        {"type": "message_end", "message": said},
        {"type": "message_end", "message": {"role": "user", "content": [text("p")]}},
        {"type": "message_end", "message": {"role": "assistant", "content": [], "errorMessage": "404"}},
        {"type": "message_update", "assistantMessageEvent": {"type": "text_delta", "delta": "Do"}},
    ]
    shown = [Pi.render(json.dumps(line)) for line in lines] + [Pi.render("plain")]
    assert shown == ["$ ls", "> edit a\n-x\n-y\n+z\n-p\n+q", "a\nb", "Done.", "", "404", "", "plain"]


def test_the_dialect_writes_each_file_once() -> None:
    """It goes by the calls in the conversation, and answers nothing to a call without tools."""

    def ask(*done: dict[str, str]) -> Reply | None:
        calls = [{"function": {"name": "write", "arguments": json.dumps(d)}} for d in done]
        request = {"tools": [{}], "messages": [{"role": "user"}, {"role": "assistant", "tool_calls": calls}]}
        return Pi().dialect().edit({"b": "2"}, request, JOB)

    call = {"path": "/w/b", "content": "2"}
    assert [ask(), ask(call)] == [Reply(tool=("write", call)), None]
    assert Pi().dialect().edit({"b": "2"}, {"messages": []}, JOB) is None
