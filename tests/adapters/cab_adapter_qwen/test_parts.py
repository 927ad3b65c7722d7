"""The parts of Qwen Code's adapter, without the CLI."""

from __future__ import annotations

import json
from pathlib import Path

import attrs
import pytest
from cab_adapter_qwen.adapter import Qwen
from cab_adapter_qwen.events import failure, finished, token_claim

from cab_core.plugins.protocols import Leftovers
from cab_core.plugins.toolkit import json_events
from cab_core.records import Env, Harvest, Instructions, Job, McpServer, TokenClaim
from tests.support.said_by_others import OTHERS, PROMPT

JOB = Job(
    prompt="/p", model="m", endpoint="http://e/v1", token="T-0123", home="/h", workdir="/w", deadline_s=1,
    context_tokens=64_000, model_params={"seed": 7},
    stack=(McpServer(name="a", command=("x", "y")), Env(name="b", values={}), Instructions(name="c", text="Be brief.")),
)  # fmt: skip


def event(kind: str, **data: object) -> str:
    """Return an event as Qwen prints it."""
    return json.dumps({"type": kind, **data}, ensure_ascii=False)


def message(role: str, **block: object) -> str:
    """Return a message of one block."""
    return event(role, message={"role": role, "content": [block]})


BEGUN = event("system", subtype="init", tools=["edit"])
GOAL = event("stream_event", event={"type": "goal_state"})
THOUGHT = message("assistant", type="thinking", thinking="Hm.")
CALL = message("assistant", type="tool_use", id="1", name="run_shell_command", input={"command": "ls"})
BACK = message("user", type="tool_result", tool_use_id="1", content="a\u2028b\n")
TEXT = message("assistant", type="text", text="Done.")
END = event("result", is_error=False, usage={"input_tokens": 200, "output_tokens": 14})
BAD = "[API Error: 404 no such model]"
SAID = message("assistant", type="text", text=BAD)
ERROR = event("result", is_error=True, subtype="error_during_execution", error={"message": BAD})
WHOLE = "\r\n".join([BEGUN, GOAL, THOUGHT, CALL, BACK, TEXT, END])


def harvest(stdout: str) -> Harvest:
    """Return what the adapter makes of an output."""
    return Qwen().harvest(Leftovers(job=JOB, home=Path("/"), exit_code=0, stdout=stdout, stderr=""))


def test_the_token_is_in_the_environment_alone() -> None:
    """What the job says of the model stands in the system's settings, above those of the work dir."""
    launch = Qwen().launch(JOB)
    assert "T-0123" not in str(launch.argv) + str(launch.files) and launch.env["OPENAI_API_KEY"] == "T-0123"
    settings = json.loads(launch.files[".cab/qwen.json"])
    assert launch.env["QWEN_CODE_SYSTEM_SETTINGS_PATH"] == "/h/.cab/qwen.json"
    [model] = settings["modelProviders"]["openai"]
    assert (model["id"], model["baseUrl"], model["envKey"]) == ("m", "http://e/v1", "OPENAI_API_KEY")
    config = {"maxRetries": 0, "samplingParams": {"seed": 7}, "contextWindowSize": 64_000}
    assert model["generationConfig"] == config
    assert settings["memory"]["enableManagedAutoMemory"] is False
    assert settings["tools"]["toolSearch"] == {"enabled": True}


def test_options_are_set() -> None:
    """What is off or on by default can be had the other way."""
    launch = Qwen().launch(attrs.evolve(JOB, options={"memory": True, "tool_search": False}))
    settings = json.loads(launch.files[".cab/qwen.json"])
    assert settings["memory"]["enableManagedAutoMemory"] is True
    assert settings["tools"]["toolSearch"] == {"enabled": False}


def test_a_stack_is_applied() -> None:
    """Its servers alone may start; its texts are HOME's QWEN.md."""
    launch = Qwen().launch(JOB)
    assert [(a.item, a.tool_prefix) for a in launch.stack] == [
        ("mcp:a", "mcp__a__"), ("env:b", None), ("instructions:c", None),
    ]  # fmt: skip
    assert "--allowed-mcp-server-names=a" in launch.argv and launch.files[".qwen/QWEN.md"] == "Be brief."
    assert "--allowed-mcp-server-names=" in Qwen().launch(attrs.evolve(JOB, stack=())).argv


def test_the_prompt_is_what_a_command_is_given() -> None:
    """Its text is that, and the model is not told of it."""
    launch = Qwen().launch(JOB)
    assert launch.stdin == "/given-task /p"
    command = launch.files[".qwen/commands/given-task.md"]
    assert command == "---\ndisable-model-invocation: true\n---\n{{args}}"


def test_events_become_a_transcript() -> None:
    """A result stands with its call."""
    found = harvest(WHOLE)
    assert [(s.role, s.tool, s.text) for s in found.transcript] == [
        ("user", None, "/p"), ("reasoning", None, "Hm."),
        ("tool", "run_shell_command", '{"command": "ls"}\na\u2028b\n'), ("assistant", None, "Done."),
    ]  # fmt: skip
    assert (found.claim.prompt, found.claim.completion) == (200, 14)
    assert (found.final_message, found.finished, found.failure) == ("Done.", True, None)


def test_an_error_is_nobodys_last_word() -> None:
    """It is printed as if the model had said it."""
    found = harvest("\n".join([BEGUN, SAID, ERROR]))
    assert [s.role for s in found.transcript] == ["user", "info"]
    assert (found.final_message, found.finished, found.failure) == (None, False, BAD)


@pytest.mark.parametrize("lines", [[], [TEXT], [ERROR], [END, TEXT], [event("result")]])
def test_what_is_no_end(lines: list[str]) -> None:
    """Only a result that is no error, and that as the last event, is an end."""
    assert finished(json_events("\n".join(lines))) is False


def test_a_failure_is_told_in_the_clis_words() -> None:
    """The result comes first, else the last line of stderr."""
    assert failure(json_events(ERROR), "x") == BAD
    assert (
        failure(json_events(event("result", is_error=True, subtype="error_max_turns")), "x")
        == "error_max_turns"
    )
    assert failure([], "a\nError: quota\n") == "Error: quota"
    assert failure([], "") is None


def test_tokens_that_are_not_told_are_unknown() -> None:
    """Zero, nonsense and a log without its end are no claim."""
    for usage in ({}, {"input_tokens": 0, "output_tokens": 0}, {"input_tokens": "1", "output_tokens": 1}, 5):
        assert token_claim([{"type": "result", "usage": usage}]) == TokenClaim()
    assert token_claim([]) == TokenClaim()


def test_what_the_recording_shows() -> None:
    """Commands, results, texts and errors; what is no event stays as it is."""
    shown = [Qwen.render(line) for line in (BEGUN, GOAL, CALL, BACK, TEXT, ERROR, END, "plain")]
    assert shown == ["", "", "$ ls", "a\nb", "Done.", BAD, "", "plain"]


@pytest.mark.parametrize("other", OTHERS)
def test_what_another_said_is_not_its_last_word(other: str) -> None:
    """The prompt of an agent that it started, what that one said, and what the CLI tells the model to do."""
    found = harvest("\n".join([TEXT, OTHERS[other], END]))
    assert found.final_message == "Done."
    assert found.transcript[-1].role == ("assistant" if other == "agent" else "info")
    assert Qwen.render(PROMPT) == ""  # the call that started it was shown, and says the same
