"""How a scripted model edits through a CLI, without the CLI: every conversation must come to its end."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from cab_core.errors import CabError
from cab_core.plugins.protocols import Reply
from cab_core.records import Job

from .look import Look

_REQUEST = {"model": "probe", "messages": [{"role": "user", "content": "probe"}]}
_TOOL = {
    "type": "function",
    "function": {"name": "probe", "parameters": {"type": "object", "properties": {}}},
}
_REQUESTS: dict[str, dict[str, Any]] = {
    "": _REQUEST,
    "a request without messages": {"model": "probe", "messages": []},
    "an empty request": {},
    "a request with a tool": {**_REQUEST, "tools": [_TOOL]},
    "a message of parts": {"messages": [{"role": "user", "content": [{"text": "probe"}]}], "tools": [_TOOL]},
    "a message without content": {"messages": [{"role": "assistant", "content": None}], "tools": [_TOOL]},
}
_FILES: dict[str, dict[str, str]] = {
    "": {"probe.txt": "probe\n"},
    "no files": {},
    "files of odd names": {"a b/-c d.txt": "x\n", "it's \"x\".py": "x\n", "日本.md": "x\n", ".hidden": "x\n"},
    "files of odd texts": {"a": "", "b": "no end", "c": "a\r\nb\r\n", "d": "```\n<<'END'\nEND\n"},
}  # fmt: skip
_MOST = 50  # replies for at most five files


def of_dialect(look: Look, job: Job) -> Iterator[str]:
    """Yield what is wrong with an adapter's dialect, where it has one."""
    if not hasattr(look.made, "dialect"):
        return
    dialect = yield from look.ask(look.made.dialect)
    if dialect is None:
        return
    requests = _REQUESTS if look.thorough else {"": _REQUEST}
    files = _FILES if look.thorough else {"": _FILES[""]}
    for case, request in requests.items():
        for what, wanted in files.items():
            given = " and ".join(word for word in (case, what) if word)
            yield from _asked(look, dialect, wanted, request, job, given)
    yield from _ends(look, dialect, job)


def _asked(
    look: Look, dialect: Any, files: Mapping[str, str], request: dict[str, Any], job: Job, given: str
) -> Iterator[str]:
    yield from look.ask(lambda: dialect.edit(files, request, job), given)
    if hasattr(dialect, "cannot"):
        yield from look.ask(lambda: dialect.cannot(files, request, job), given)
    if hasattr(dialect, "done"):
        yield from look.ask(lambda: dialect.done("done", request, job), given)


def _ends(look: Look, dialect: Any, job: Job) -> Iterator[str]:
    """Carry on a conversation in which every reply is said back; it must come to its end."""
    for what, files in _FILES.items() if look.thorough else ():
        messages: list[dict[str, Any]] = [{"role": "user", "content": "probe"}]
        for _ in range(_MOST):
            try:
                reply = dialect.edit(files, {"messages": messages, "tools": [_TOOL]}, job)
            except CabError:
                return  # told already
            if reply is None:
                break
            messages += _said_back(reply, len(messages))
        else:
            what = what or "one file"
            said = (
                f"edit(), given {what}, has not done after {_MOST} replies; expected None when all is written"
            )
            yield look.fault(f"its dialect: {said}", "dialect")
            return


def _said_back(reply: Reply, number: int) -> list[dict[str, Any]]:
    """Return a reply as the conversation has it from then on."""
    said: dict[str, Any] = {"role": "assistant", "content": reply.text}
    if reply.tool is None:
        return [said, {"role": "user", "content": "done"}]
    function = {"name": reply.tool[0], "arguments": json.dumps(reply.tool[1])}
    call = {"id": f"call_{number}", "type": "function", "function": function}
    result = {"role": "tool", "tool_call_id": call["id"], "content": "done"}
    return [{**said, "tool_calls": [call]}, result]
