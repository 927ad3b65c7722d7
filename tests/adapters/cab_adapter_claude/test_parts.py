"""The parts of Claude Code's adapter, without Claude Code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cab_adapter_claude.adapter import Claude
from cab_adapter_claude.events import failed_servers, failure, finished, token_claim
from cab_adapter_claude.prompt import said
from hypothesis import given
from hypothesis import strategies as st

from cab_core.plugins.protocols import Leftovers, Reply
from cab_core.plugins.toolkit import json_events
from cab_core.records import Env, Harvest, Job, McpServer, TokenClaim, WorkFile
from tests.support.said_by_others import OTHERS, PROMPT

JOB = Job(
    prompt="p", model="m", endpoint="http://e", token="T-0123", home="/h", workdir="/w", deadline_s=1,
    context_tokens=8000, model_params={"max_tokens": 900}, protocol="anthropic-messages",
    files=(WorkFile(path="CLAUDE.md", size=1, text=True),),
    stack=(McpServer(name="a", command=("x", "y")), Env(name="b", values={})),
)  # fmt: skip


def message(kind: str, *blocks: dict[str, object], model: str = "m") -> str:
    """Return a message as Claude prints it."""
    return json.dumps(
        {"type": kind, "message": {"model": model, "content": list(blocks)}}, ensure_ascii=False
    )


THOUGHT = message("assistant", {"type": "thinking", "thinking": "Hm."})
CALL = message("assistant", {"type": "tool_use", "id": "1", "name": "Bash", "input": {"command": "ls"}})
AGAIN = message(
    "assistant",
    {
        "type": "tool_use",
        "id": "2",
        "name": "Edit",
        "input": {"file_path": "a", "old_string": "x", "new_string": "y"},
    },
)
BAD = message(
    "user", {"type": "tool_result", "tool_use_id": "2", "content": [{"type": "text", "text": "denied"}]}
)
BACK = message("user", {"type": "tool_result", "tool_use_id": "1", "content": "a\u2028b\n"})
TEXT = message("assistant", {"type": "text", "text": "Done."})
ITSELF = message("assistant", {"type": "text", "text": "API Error"}, model="<synthetic>")
USED = {"inputTokens": 10, "cacheReadInputTokens": 85, "cacheCreationInputTokens": 5, "outputTokens": 7}
END = json.dumps(
    {"type": "result", "is_error": False, "result": "Done.", "modelUsage": {"m": USED, "n": USED}}
)
ERROR = json.dumps({"type": "result", "subtype": "success", "is_error": True, "result": "API Error:\n 401"})
WHOLE = "\r\n".join([THOUGHT, CALL, AGAIN, BAD, BACK, ITSELF, TEXT, END, "\x1b[?25h"])


def harvest(stdout: str) -> Harvest:
    """Return what the adapter makes of an output."""
    return Claude().harvest(Leftovers(job=JOB, home=Path("/"), exit_code=0, stdout=stdout, stderr=""))


def test_the_token_is_in_the_environment_alone() -> None:
    """So is what the job says of the model; the task's CLAUDE.md is named, its settings are not read."""
    launch = Claude().launch(JOB)
    assert "T-0123" not in str(launch.argv) + str(launch.files)
    found = {name: launch.env[name] for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL")}
    assert found == {"ANTHROPIC_API_KEY": "T-0123", "ANTHROPIC_BASE_URL": "http://e"}
    assert launch.env["CLAUDE_CODE_MAX_CONTEXT_TOKENS"] == "8000"
    assert launch.env["CLAUDE_CODE_MAX_OUTPUT_TOKENS"] == "900"
    assert launch.files[".claude/CLAUDE.md"] == "@/w/CLAUDE.md"
    assert [a.item for a in launch.stack] == ["mcp:a", "env:b"]


def test_events_become_a_transcript() -> None:
    """Who spoke is told apart, a result stands with its call; all models' tokens are added up."""
    found = harvest(WHOLE)
    assert [(s.role, s.tool, s.text) for s in found.transcript] == [
        ("user", None, "p"), ("reasoning", None, "Hm."), ("tool", "Bash", '{"command": "ls"}\na\u2028b\n'),
        ("tool", "Edit", '{"file_path": "a", "old_string": "x", "new_string": "y"}\ndenied'),
        ("info", None, "API Error"), ("assistant", None, "Done."),
    ]  # fmt: skip
    assert (found.claim.prompt, found.claim.completion) == (200, 14)
    assert (found.final_message, found.finished, found.failure) == ("Done.", True, None)


@pytest.mark.parametrize("lines", [[], [TEXT], [ERROR], [END, TEXT], [json.dumps({"type": "result"})]])
def test_what_is_no_end(lines: list[str]) -> None:
    """Only a result that is no error, and that as the last event, is an end."""
    assert finished(json_events("\n".join(lines))) is False


def test_a_failure_is_told_in_the_clis_words() -> None:
    """The result comes first, else the last line of stderr."""
    assert failure(json_events(ERROR), "x") == "API Error: 401"
    assert failure([], "a\nerror: unknown option\n") == "error: unknown option"
    assert failure([], "") is None


def test_tokens_that_are_not_told_are_unknown() -> None:
    """Zero, nonsense and a log without its end are no claim."""
    for models in ({}, {"m": {}}, {"m": {**USED, "outputTokens": None}}, {"m": dict.fromkeys(USED, 0)}, 5):
        assert token_claim([{"type": "result", "modelUsage": models}]) == TokenClaim()
    assert token_claim([]) == TokenClaim()


def test_servers_that_did_not_start_are_told() -> None:
    """What is no such event, or half of one, says nothing."""
    servers = [{"name": "a", "status": "failed"}, {"name": "b", "status": "connected"}, 5]
    events = [{"type": "system", "subtype": "init", "mcp_servers": found} for found in (servers, 5, None)]
    assert failed_servers(events) == {"mcp:a": "failed"}


def test_what_the_recording_shows() -> None:
    """Commands, lines that change, results, texts and errors; what is no event stays as it is."""
    shown = [Claude.render(line) for line in (CALL, BACK, AGAIN, TEXT, ERROR, END, "plain", "\x1b[?25h")]
    assert shown == ["$ ls", "a\nb", "> Edit a\n-x\n+y", "Done.", "API Error: 401", "", "plain", ""]


@given(
    st.text(
        st.sampled_from(["@", "/", "a", ".", " ", "\n", "\u2028", "é"])
        | st.characters(exclude_categories=["Cs"])
    )
)
def test_no_last_block_holds_a_command_or_a_mention(prompt: str) -> None:
    """The blocks are the prompt; the last is free of both, wherever the prompt has a word that can be."""
    texts = [block["text"] for block in json.loads(said(prompt))["message"]["content"]]
    assert "".join(texts) == prompt
    if len(texts) == 2:
        assert "@" not in texts[1] and not texts[1].startswith("/") and all(text.strip() for text in texts)
    elif "@" in prompt or prompt.lstrip().startswith("/"):
        assert prompt.rstrip().endswith(("@", "/")), prompt


def test_the_dialect_makes_room_and_writes_each_file_once() -> None:
    """It goes by the calls in the conversation, and answers nothing to a call without tools."""

    def ask(*done: tuple[str, dict[str, str]]) -> Reply | None:
        calls = [{"function": {"name": n, "arguments": json.dumps(a)}} for n, a in done]
        request = {"tools": [{}], "messages": [{"role": "user"}, {"role": "assistant", "tool_calls": calls}]}
        return Claude().dialect().edit({"b c": "2"}, request, JOB)

    space = ("Bash", {"command": "rm -f -- '/w/b c' && mkdir -p -- /w"})
    write = ("Write", {"file_path": "/w/b c", "content": "2"})
    assert [ask(), ask(space), ask(space, write)] == [Reply(tool=space), Reply(tool=write), None]
    assert Claude().dialect().edit({"b": "2"}, {"messages": []}, JOB) is None


def test_what_write_would_change_is_told() -> None:
    """It takes white space off the ends of lines, and makes a letter of an escape that no backslash is before."""
    escapes = {
        "letter": "x = '\\u00e9'",
        "after": "\\\\\\u00e9",
        "kept": "\\\\u00e9 \\x41 \\n \\U0001F600 \\u{e9} \\u12",
    }
    assert set(Claude().dialect().cannot(escapes, {}, JOB)) == {"letter", "after"}
    files = {"plain": "a\n\n b", "crlf": "a\r\nb\r\n", "blank": "a \nb", "tab": "a\t\r\n", "page": "a\x0c\n"}
    assert set(Claude().dialect().cannot(files, {}, JOB)) == {"blank", "tab", "page"}


@pytest.mark.parametrize("other", OTHERS)
def test_what_another_said_is_not_its_last_word(other: str) -> None:
    """The prompt of an agent that it started, what that one said, and what the CLI tells the model to do."""
    found = harvest("\n".join([TEXT, OTHERS[other], END]))
    assert found.final_message == "Done."
    assert found.transcript[-1].role == ("assistant" if other == "agent" else "info")
    assert Claude.render(PROMPT) == ""  # the call that started it was shown, and says the same
