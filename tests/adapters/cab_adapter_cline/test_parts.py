"""The parts of Cline's adapter, without the CLI."""

from __future__ import annotations

import json
from pathlib import Path

import attrs
import pytest
from cab_adapter_cline.adapter import Cline
from cab_adapter_cline.events import failure, finished, token_claim
from cab_adapter_cline.prompt import parted

from cab_core.plugins.protocols import Leftovers
from cab_core.plugins.toolkit import json_events
from cab_core.records import Env, Harvest, Instructions, Job, McpServer, Skill, TokenClaim, Usage

JOB = Job(
    prompt="Do it.", model="m", endpoint="http://e/v1", token="T-0123", home="/h", workdir="/w", deadline_s=1,
    context_tokens=64_000, model_params={"reasoning_effort": "low"}, options={"compaction": "off", "mistakes": 3},
    stack=(
        McpServer(name="a", command=("x", "y")), Env(name="b", values={}), Instructions(name="c", text="Be brief."),
        Skill(name="d", description="D", text="x"),
    ),
)  # fmt: skip


def event(kind: str, **data: object) -> str:
    """Return an event as Cline prints it."""
    return json.dumps({"type": kind, **data}, ensure_ascii=False)


def part(kind: str, **data: object) -> str:
    """Return an event of the agent's."""
    return event("agent_event", event={"type": kind, **data})


TOOL = {"contentType": "tool", "toolName": "run_commands", "toolCallId": "1"}
BEGUN = part("iteration_start", iteration=1)
CALL = part("content_start", **TOOL, input={"commands": ["ls", "pwd"]})
BACK = part(
    "content_end", **TOOL, output=[{"result": "a\u2028b", "success": True}, {"error": "no", "result": ""}]
)
COUNT = part("usage", inputTokens=100, outputTokens=7, cacheReadTokens=20)
PIECE = part("content_start", contentType="text", text="Do")
TEXT = part("content_end", contentType="text", text="Done.")
THOUGHT = part("content_end", contentType="reasoning", reasoning="Hm.")
ENDED = part("iteration_end", iteration=1)
USED = {"inputTokens": 200, "outputTokens": 14}
END = event("run_result", finishReason="completed", aggregateUsage=USED, text="Done.")
ERROR = event(
    "run_result",
    finishReason="error",
    aggregateUsage={"inputTokens": 0, "outputTokens": 0},
    text="no such\nmodel",
)
WHOLE = "\r\n".join([BEGUN, COUNT, CALL, BACK, ENDED, BEGUN, PIECE, COUNT, TEXT, THOUGHT, ENDED, END])


def harvest(stdout: str) -> Harvest:
    """Return what the adapter makes of an output."""
    return Cline().harvest(Leftovers(job=JOB, home=Path("/"), exit_code=0, stdout=stdout, stderr=""))


def settings(name: str) -> dict:
    """Return a file of its settings."""
    return json.loads(Cline().launch(JOB).files[f".cline/data/settings/{name}.json"])


def test_the_token_is_in_a_file_alone() -> None:
    """The work dir is named, and not where it starts; what the job says is in arguments and files."""
    launch = Cline().launch(JOB)
    assert "T-0123" not in str(launch.argv) + str(launch.env) and launch.cwd == "/h"
    entry = settings("providers")["providers"]["openai-compatible"]["settings"]
    assert (entry["apiKey"], entry["baseUrl"], entry["model"]) == ("T-0123", "http://e/v1", "m")
    assert settings("models")["providers"]["openai-compatible"]["models"] == {"m": {"contextWindow": 64_000}}
    assert settings("global-settings")["telemetryOptOut"] is True
    assert {"--thinking=low", "--compaction=off", "--retries=3"} <= set(launch.argv)
    assert launch.argv[-2:] == ("--", "Do it.") and launch.stdin is None


def test_a_stack_is_applied() -> None:
    """Servers in its settings, texts and skills as files."""
    launch = Cline().launch(JOB)
    assert [(a.item, a.tool_prefix) for a in launch.stack] == [
        ("mcp:a", "a__"), ("env:b", None), ("instructions:c", None), ("skill:d", None),
    ]  # fmt: skip
    assert settings("cline_mcp_settings")["mcpServers"]["a"]["command"] == "x"
    assert launch.files[".cline/rules/c.md"] == "Be brief." and ".cline/skills/d/SKILL.md" in launch.files


def test_events_become_a_transcript() -> None:
    """A result stands with its call; what was thought comes before what was said; the tokens at the end of both."""
    found = harvest(WHOLE)
    assert [(s.role, s.tool, s.text) for s in found.transcript] == [
        ("user", None, "Do it."), ("tool", "run_commands", '{"commands": ["ls", "pwd"]}\na\u2028b\nno'),
        ("reasoning", None, "Hm."), ("assistant", None, "Done."),
    ]  # fmt: skip
    assert found.transcript[3].usage == Usage(prompt=100, completion=7, cached=20)
    assert (found.claim.prompt, found.claim.completion) == (200, 14)
    assert (found.final_message, found.finished, found.failure) == ("Done.", True, None)


@pytest.mark.parametrize("lines", [[], [TEXT], [ERROR], [END, TEXT], [event("run_result")]])
def test_what_is_no_end(lines: list[str]) -> None:
    """Only a run that was completed, and that as the last event, is an end."""
    assert finished(json_events("\n".join(lines))) is False


def test_a_failure_is_told_in_the_clis_words() -> None:
    """The result comes first, then an error on stderr, else the last line there."""
    assert failure(json_events(ERROR), "x") == "no such model"
    assert failure([], f"x\n{event('error', message='bad flag')}\n") == "bad flag"
    assert failure([], "a\nUnknown command\n") == "Unknown command"
    assert failure([], "") is None


def test_tokens_that_are_not_told_are_unknown() -> None:
    """Zero, nonsense and a log without its end are no claim."""
    for usage in ({}, {"inputTokens": 0, "outputTokens": 0}, {"inputTokens": "1", "outputTokens": 1}, 5):
        assert token_claim([{"type": "run_result", "aggregateUsage": usage}]) == TokenClaim()
    assert token_claim([]) == TokenClaim()


def test_what_the_recording_shows() -> None:
    """Commands, results, edits, texts and errors; what is no event stays as it is."""
    edit = part(
        "content_start",
        contentType="tool",
        toolName="editor",
        toolCallId="2",
        input={"path": "/w/a", "new_text": "x"},
    )
    lines = (BEGUN, CALL, BACK, edit, PIECE, TEXT, ERROR, END, "plain")
    assert [Cline.render(line) for line in lines] == [
        "", "$ ls\n$ pwd", "a\nb\nno", "> editor /w/a\n+x", "", "Done.", "no such model", "", "plain",
    ]  # fmt: skip


def test_a_prompt_is_one_argument_or_goes_on_at_a_line() -> None:
    """One word is followed by a space; what no argument holds goes on at a line that begins with no blank."""
    assert parted("Do it.") == ("Do it.", None) and parted("/help") == ("/help ", None)
    text = "a\n\n b\n" * 30_000 + "c"
    argument, more = parted(text)
    assert f"{argument}\n{more}" == text and more is not None and not more[0].isspace()
    assert len(argument) < 100_000
    assert parted("x" * 200_000) == ("x" * 200_000, None)  # told by the system, not cut


def test_a_text_that_is_too_long_for_an_edit_is_told() -> None:
    """It is counted as Cline counts it."""
    files = {"fits": "x" * 6000, "long": "x" * 6001, "odd": "😀" * 3001}
    assert set(Cline().dialect().cannot(files, {}, JOB)) == {"long", "odd"}


def test_nothing_is_set_that_the_job_does_not_say() -> None:
    """The model's window is its own guess then."""
    launch = Cline().launch(attrs.evolve(JOB, context_tokens=None, model_params={}, options={}))
    assert '"models": {"m": {}}' in launch.files[".cline/data/settings/models.json"]
    assert not [word for word in launch.argv if word.startswith("--thinking")]
