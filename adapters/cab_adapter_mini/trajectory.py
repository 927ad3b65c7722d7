"""mini-swe-agent's trajectory, a JSON file. The agent can write there too: trust nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cab_core.plugins.toolkit import at, shorten
from cab_core.records import Step, TokenClaim


def transcript(log: Any) -> list[Step]:
    """Return the steps after its system's message and the one that holds the prompt."""
    messages = _messages(log)
    results = {str(m["tool_call_id"]): _result(m) for m in messages if m.get("tool_call_id")}
    return [step for message in messages[2:] for step in _steps(message, results)]


def _messages(log: Any) -> list[dict[str, Any]]:
    found = at(log, "messages")
    return [m for m in found if isinstance(m, dict)] if isinstance(found, list) else []


def _steps(message: dict[str, Any], results: dict[str, str]) -> Iterator[Step]:
    """Yield what a message adds; a result stands with the call that it is of."""
    role, text = message.get("role"), _text(message, "content")
    if role == "assistant":
        if thought := _text(message, "reasoning_content"):
            yield Step(role="reasoning", text=thought)
        if text:
            yield Step(role="assistant", text=text)
        for call in _calls(message):
            command, result = str(at(call, "command")), results.get(str(at(call, "tool_call_id")), "")
            yield Step(role="tool", tool="bash", text=f"{command}\n{result}")
    elif role in ("user", "exit") and text:
        yield Step(role="info", text=text)  # what it tells the model of a faulty answer, and the end


def _result(message: dict[str, Any]) -> str:
    """Return what a command printed, and why it has no result; the model is told less, as JSON."""
    printed, lacking = at(message, "extra", "raw_output"), at(message, "extra", "exception_info")
    return "\n".join(text for text in (printed, lacking) if isinstance(text, str) and text)


def _calls(message: dict[str, Any]) -> list[Any]:
    found = at(message, "extra", "actions")
    return found if isinstance(found, list) else []


def _text(message: dict[str, Any], name: str) -> str:
    value = message.get(name)
    return value if isinstance(value, str) else ""


def final_message(log: Any) -> str | None:
    """Return what the model said beside its last command, else what that command gave as the end."""
    spoken = [_text(m, "content") for m in _messages(log) if m.get("role") == "assistant"]
    given = at(log, "info", "submission")
    return (spoken[-1] if spoken else "") or (given if isinstance(given, str) else "") or None


def token_claim(log: Any) -> TokenClaim:
    """Return the sum over the answers of the model that it kept."""
    kept = [at(m, "extra", "response") for m in _messages(log)]
    used = [at(answer, "usage") for answer in kept if answer is not None]
    prompt, completion = ([at(u, f"{kind}_tokens") for u in used] for kind in ("prompt", "completion"))
    if not all(isinstance(n, int) for n in prompt + completion) or not sum(prompt):
        return TokenClaim()
    return TokenClaim(prompt=sum(prompt), completion=sum(completion), source="mini-swe-agent's trajectory")


# The work was handed in; a limit that its user set; three answers without a command, such as a refusal.
_ENDS = ("Submitted", "LimitsExceeded", "TimeExceeded", "RepeatedFormatError")


def finished(log: Any) -> bool | None:
    """Return whether it ended by itself, and not by an error; None where nothing was left."""
    return None if log is None else at(log, "info", "exit_status") in _ENDS


def failure(log: Any, stderr: str) -> str | None:
    """Return the error with which it ended, or its word for the end, else the last line on stderr."""
    ends = [m for m in _messages(log) if m.get("role") == "exit"]
    told = [_text(m, "content") or str(at(m, "extra", "exit_status")) for m in ends]
    said = told or stderr.strip().splitlines()
    return shorten(" ".join(said[-1].split()), 500) if said else None
