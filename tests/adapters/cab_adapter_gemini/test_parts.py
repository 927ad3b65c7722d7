"""The parts of the Gemini CLI's adapter, without the CLI."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import attrs
import pytest
from cab_adapter_gemini.adapter import Gemini
from cab_adapter_gemini.events import failure, final_message, finished, token_claim

from cab_core.plugins.protocols import Leftovers, Reply
from cab_core.plugins.toolkit import json_events
from cab_core.records import Env, Harvest, Job, McpServer, Step, TokenClaim, Usage

JOB = Job(
    prompt="p", model="m", endpoint="http://e", token="T-0123", home="/h", workdir="/w", deadline_s=1,
    context_tokens=1 << 19, model_params={"seed": 7}, protocol="gemini",
    stack=(McpServer(name="a", command=("x", "y")), Env(name="b", values={})),
)  # fmt: skip


def event(kind: str, **data: object) -> str:
    """Return an event as Gemini prints it."""
    return json.dumps({"type": kind, **data}, ensure_ascii=False)


BEGUN = event("init", timestamp="2026-11-26T04:12:00.100Z", session_id="6c7cc6a4-38e9")
USER = event("message", role="user", content="/task")
CALL = event("tool_use", tool_name="run_shell_command", tool_id="1", parameters={"command": "ls"})
BACK = event("tool_result", tool_id="1", status="success", output="a\u2028b\n")
BAD = event("tool_result", tool_id="1", status="error", error={"message": "denied"})
TEXT = [event("message", role="assistant", content=piece, delta=True) for piece in ("Do", "ne.")]
END = event("result", status="success", stats={"input_tokens": 200, "output_tokens": 14})
ERROR = event("result", status="error", error={"message": "no such\nmodel"})
WHOLE = "\r\n".join([BEGUN, USER, *TEXT, CALL, BACK, *TEXT, END])
TOKENS = {"input": 100, "output": 7, "cached": 20, "thoughts": 3}
ASKS = {"id": "r1", "content": "", "thoughts": [{"subject": "S", "description": "Hm."}], "tokens": TOKENS}
CALLED = {"name": "run_shell_command", "args": {"command": "ls"}, "resultDisplay": "a"}
LOG = [
    json.dumps({"sessionId": "x"}), event("user", content=[{"text": "p"}]), event("gemini", **ASKS),
    json.dumps({"$set": {}}), event("gemini", **ASKS, toolCalls=[CALLED]), event("gemini", id="r2", content="Done."),
]  # fmt: skip


def harvest(stdout: str, home: Path) -> Harvest:
    """Return what the adapter makes of an output and a HOME."""
    return Gemini().harvest(Leftovers(job=JOB, home=home, exit_code=0, stdout=stdout, stderr=""))


def test_the_token_is_in_the_environment_alone() -> None:
    """What the job says of the model is in the settings; nothing may be set by the work dir."""
    launch = Gemini().launch(JOB)
    assert "T-0123" not in str(launch.argv) + str(launch.files) and launch.env["GEMINI_API_KEY"] == "T-0123"
    assert launch.env["GOOGLE_GEMINI_BASE_URL"] == "http://e" and launch.env["https_proxy"] == ""
    settings = json.loads(launch.files[".gemini/settings.json"])
    [override] = settings["modelConfigs"]["customOverrides"]
    assert override["modelConfig"]["generateContentConfig"] == {"seed": 7}
    assert (settings["model"]["compressionThreshold"], settings["general"]["maxAttempts"]) == (0.25, 1)
    assert [a.item for a in launch.stack] == ["mcp:a", "env:b"]


@pytest.mark.parametrize("begun", ["11", "12"])
def test_the_log_becomes_a_transcript(tmp_path: Path, begun: str) -> None:
    """It is found by the first event, begun in the same minute or the one before; its last word on a call counts."""
    chats = tmp_path / ".gemini/tmp/w-1/chats"
    chats.mkdir(parents=True)
    (tmp_path / ".gemini/projects.json").write_text('{"projects": {"/w": "w-1"}}')
    (chats / f"session-2026-11-26T04-{begun}-6c7cc6a4.jsonl").write_text("\n".join(LOG))
    found = harvest(WHOLE, tmp_path)
    assert [(s.role, s.tool, s.text) for s in found.transcript] == [
        ("user", None, "p"), ("reasoning", None, "S\nHm."), ("tool", "run_shell_command", '{"command": "ls"}\na'),
        ("assistant", None, "Done."),
    ]  # fmt: skip
    assert found.transcript[2].usage == Usage(prompt=100, completion=10, cached=20, reasoning=3)


def test_without_its_log_the_end_is_known(tmp_path: Path) -> None:
    """The last words, the claim and the end stand on stdout."""
    found = harvest(WHOLE, tmp_path)
    assert (found.claim.prompt, found.claim.completion) == (200, 14)
    assert (found.final_message, found.finished, found.failure) == ("Done.", True, None)
    assert final_message(json_events("\n".join([*TEXT, CALL, BACK]))) is None


@pytest.mark.parametrize("lines", [[], TEXT, [ERROR], [END, USER], [event("result")]])
def test_what_is_no_end(lines: list[str]) -> None:
    """Only a result that is a success, and that as the last event, is an end."""
    assert finished(json_events("\n".join(lines))) is False


def test_a_failure_is_told_in_the_clis_words() -> None:
    """The result comes first, then an event, else the last line of stderr."""
    assert failure(json_events(ERROR), "x") == "no such model"
    assert failure(json_events(event("error", message="loop detected")), "x") == "loop detected"
    wordless = event("error", message="an empty response") + "\n" + event("result", status="error", stats={})
    assert failure(json_events(wordless), "x") == "an empty response"
    assert failure([], "a\nError: quota\n") == "Error: quota"
    assert failure([], "") is None


def test_tokens_that_are_not_told_are_unknown() -> None:
    """Zero, nonsense and a log without its end are no claim."""
    for stats in ({}, {"input_tokens": 0, "output_tokens": 0}, {"input_tokens": "1", "output_tokens": 1}, 5):
        assert token_claim([{"type": "result", "stats": stats}]) == TokenClaim()
    assert token_claim([]) == TokenClaim()


def test_what_the_recording_shows() -> None:
    """Commands, results, texts and errors; what is no event stays as it is."""
    shown = [Gemini.render(line) for line in (USER, CALL, BACK, BAD, TEXT[0], ERROR, END, "plain")]
    assert shown == ["", "$ ls", "a\nb", "denied", "Do", "no such model", "", "plain"]


@pytest.mark.parametrize("mark", ["!{", "@{", "{{args}}"])
def test_what_a_command_would_carry_out_is_put_in_as_text(mark: str) -> None:
    """The mark is typed behind the command's name, and the file holds a place for it."""
    launch = Gemini().launch(attrs.evolve(JOB, prompt=f"a {mark}b c"))
    assert launch.stdin == f"/task {mark}"
    assert tomllib.loads(launch.files[".gemini/commands/task.toml"]) == {"prompt": "a {{args}}b c"}


def test_the_dialect_writes_each_file_once() -> None:
    """It goes by the calls in the conversation, and answers nothing to a call without tools."""

    def ask(*done: dict[str, str]) -> Reply | None:
        calls = [{"function": {"name": "write_file", "arguments": json.dumps(d)}} for d in done]
        request = {"tools": [{}], "messages": [{"role": "user"}, {"role": "assistant", "tool_calls": calls}]}
        return Gemini().dialect().edit({"b": "2", "a/c": "1"}, request, JOB)

    first, second = {"file_path": "/w/a/c", "content": "1"}, {"file_path": "/w/b", "content": "2"}
    assert [ask(), ask(first), ask(first, second)] == [
        Reply(tool=("write_file", first)), Reply(tool=("write_file", second)), None,
    ]  # fmt: skip
    assert Gemini().dialect().edit({"b": "2"}, {"messages": []}, JOB) is None


def test_what_gemini_says_itself_is_in_the_transcript(tmp_path: Path) -> None:
    """Such as that it stops at a loop, which its result calls a success."""
    said = event("error", severity="warning", message="Loop detected")
    found = harvest(f"{said}\n{END}", tmp_path)
    assert found.transcript[-1] == Step(role="info", text="Loop detected") and found.finished
