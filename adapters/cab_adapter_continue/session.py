"""The file that Continue keeps of a session, for it prints its last word alone. The agent can write there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

import attrs

from cab_core import Leftovers
from cab_core.plugins.toolkit import at, parse, shorten
from cab_core.records import McpServer, StackItem, Step, TokenClaim, Usage

_DIRECTORY = ".continue/sessions"  # below HOME
_ID = re.compile(r"[0-9A-Za-z-]{1,64}")


def read_session(left: Leftovers) -> Any:
    """Return the last session that was held in the work dir, or None where there is none."""
    listed = parse(left.read(f"{_DIRECTORY}/sessions.json") or "")
    of_this = [s for s in _list(listed) if at(s, "workspaceDirectory") == left.job.workdir]
    name = str(at(of_this[-1], "sessionId")) if of_this else ""
    path = f"{_DIRECTORY}/{name}.json"
    return parse(left.read(path) or "") if _ID.fullmatch(name) and not left.is_cut(path) else None


def transcript(session: Any) -> list[Step]:
    """Return the steps; the tokens of a call stand at the last thing that came of it."""
    return [step for item in _list(at(session, "history")) for step in _steps(item)]


def _steps(item: Any) -> list[Step]:
    role, said = at(item, "message", "role"), at(item, "message", "content")
    if role == "user":
        return [Step(role="user", text=_text(said))]
    if role != "assistant":
        return []
    steps = [Step(role="assistant", text=_text(said))] if said else []
    steps += [_called(state) for state in _list(at(item, "toolCallStates"))]
    return [*steps[:-1], attrs.evolve(steps[-1], usage=_usage(at(item, "message", "usage")))] if steps else []


def _called(state: Any) -> Step:
    asked = json.dumps(at(state, "parsedArgs"), ensure_ascii=False)
    came = "\n".join(_text(at(part, "content")) for part in _list(at(state, "output")))
    return Step(role="tool", tool=str(at(state, "toolCall", "function", "name")), text=f"{asked}\n{came}")


def _usage(used: Any) -> Usage | None:
    cached = at(used, "prompt_tokens_details", "cached_tokens")
    thought = at(used, "completion_tokens_details", "reasoning_tokens")
    prompt, completion = _count(at(used, "prompt_tokens")), _count(at(used, "completion_tokens"))
    if not prompt or completion is None:
        return None
    return Usage(prompt=prompt, completion=completion, cached=_count(cached), reasoning=_count(thought))


def token_claim(session: Any) -> TokenClaim:
    """Return the sum over the session."""
    used = at(session, "usage")
    prompt, completion = _count(at(used, "promptTokens")), _count(at(used, "completionTokens"))
    if not prompt or completion is None:
        return TokenClaim()
    return TokenClaim(prompt=prompt, completion=completion, source="continue's session file")


def last_word(session: Any) -> str | None:
    """Return what was said last, where the model called no tool with it: the end of the work."""
    history = _list(at(session, "history"))
    message = at(history[-1], "message") if history else None
    ends = at(message, "role") == "assistant" and not at(message, "toolCalls")
    return _text(at(message, "content")) if ends else None


def failed_servers(stderr: str, stack: Iterable[StackItem]) -> dict[str, str]:
    """Return the servers of a stack that did not start, with Continue's reason: it ends because of them."""
    lines = [line for told in _errors(stderr) for line in told.partition(_NOT_LOADED)[2].splitlines()]
    reasons = {line.partition(": ")[0]: line.partition(": ")[2] for line in lines}
    names = [item.name for item in stack if isinstance(item, McpServer)]
    return {f"mcp:{name}": reasons[name] for name in names if name in reasons}


_NOT_LOADED = "MCP server(s) failed to load:\n"


def failure(stderr: str) -> str | None:
    """Return Continue's own words for what went wrong, or the last line on stderr."""
    said = _errors(stderr) or stderr.strip().splitlines()
    return shorten(" ".join(said[-1].split()), 500) if said else None


def _errors(stderr: str) -> list[str]:
    found = map(parse, stderr.split("\n"))
    return [str(at(value, "message")) for value in found if at(value, "status") == "error"]


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def _text(content: Any) -> str:
    """Return a content as text: it is one, or a list of parts."""
    if isinstance(content, list):
        return "".join(str(at(part, "text") or "") for part in content)
    return str(content or "")
