"""Drives a CLI in its ACP mode: one session, one prompt, and nobody there to be asked.

It runs in the sandbox as `python acp_client.py SESSION.json PROGRAM ARG...`, where nothing of cab is: it is
handed over as a text. SESSION.json holds `cwd`, `prompt`, `servers` (name, command, args, env), and
`auth_method` and `mode`, which may be null. On stdout it prints a JSON object a line: `message`, `thought`,
`tool`, and at the end `end` or `error`. Of the Agent Client Protocol it offers neither files nor terminals:
the CLI uses its own.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import acp
from acp import schema

_LONGEST = 64 << 20  # bytes of a line that the CLI writes
_SPOKEN = {"agent_message_chunk": "message", "agent_thought_chunk": "thought"}
_OVER = ("completed", "failed")
_SHOWN = 200  # characters of an answer that is none


def say(kind: str, **more: Any) -> None:
    """Print a line."""
    print(json.dumps({"type": kind, **more}), flush=True)


class Nobody:
    """The client's side: says yes, prints what comes, whole texts in place of pieces."""

    def __init__(self) -> None:
        self.over = False  # the turn has come to its end: what comes after it is none of ours
        self._kind, self._pieces = "", list[str]()
        self._calls: dict[str, dict[str, Any]] = {}

    async def request_permission(
        self, session_id: str, tool_call: Any, options: list[schema.PermissionOption], **_: Any
    ) -> schema.RequestPermissionResponse:
        """Allow it; where that is not among the options, take the first; where there is none, say so."""
        if not options:
            return schema.RequestPermissionResponse(outcome=schema.DeniedOutcome(outcome="cancelled"))
        allowed = sorted(options, key=lambda o: o.kind not in ("allow_always", "allow_once"))
        outcome = schema.AllowedOutcome(outcome="selected", option_id=allowed[0].option_id)
        return schema.RequestPermissionResponse(outcome=outcome)

    async def session_update(self, session_id: str, update: Any, **_: Any) -> None:
        """Take what the CLI tells of its work."""
        told = update.model_dump(mode="json", by_alias=True, exclude_none=True)
        kind = told.get("sessionUpdate")
        if kind in _SPOKEN:
            self._spoken(_SPOKEN[kind], _text(told.get("content")))
        elif kind in ("tool_call", "tool_call_update"):
            self._call(told)

    def _spoken(self, kind: str, text: str) -> None:
        if kind != self._kind:
            self.flush()
        self._kind = kind
        self._pieces.append(text)

    def flush(self) -> None:
        """Print what was said until now."""
        if text := "".join(self._pieces):
            say(self._kind, text=text)
        self._pieces.clear()

    def _call(self, told: dict[str, Any]) -> None:
        self.flush()
        call = self._calls.setdefault(told["toolCallId"], {})
        call.update(told)
        if call.get("status") in _OVER:
            self._tool(self._calls.pop(told["toolCallId"]))

    def _tool(self, call: dict[str, Any]) -> None:
        output = "\n".join(filter(None, (_text(part) for part in call.get("content") or ())))
        say(
            "tool",
            title=call.get("title"),
            input=call.get("rawInput"),
            status=call.get("status"),
            output=output,
        )

    def rest(self) -> None:
        """Print what is not over."""
        self.flush()
        for call in self._calls.values():
            self._tool(call)


def _text(content: Any) -> str:
    """Return the text of a content block, of a tool's too: a difference is told by its path."""
    if not isinstance(content, dict):
        return ""
    if content.get("type") == "diff":
        return f"changed {content.get('path')}"
    found = content.get("text", content.get("content"))
    return found if isinstance(found, str) else _text(found)


class BadAnswer(Exception):
    """An answer is none of JSON-RPC 2.0."""


class Answers:
    """Ends the turn at an answer that the library cannot hand on: it would wait for another for ever."""

    def __init__(self, nobody: Nobody) -> None:
        self.fault = ""
        self._nobody, self._turn = nobody, asyncio.current_task()

    def __call__(self, event: Any) -> None:
        """Look at a message of either side."""
        told = event.message
        if self.fault or self._nobody.over or event.direction.value != "incoming" or is_sound(told):
            return
        self.fault = f"its answer breaks the protocol: {json.dumps(told)[:_SHOWN]}"
        if self._turn is not None:
            self._turn.cancel()


def is_sound(told: Any) -> bool:
    """Return whether the library gets over a message: an answer is one of JSON-RPC, to a number as we ask."""
    if not isinstance(told, dict) or told.get("method") is not None or "id" not in told:
        return isinstance(told, dict)
    return type(told["id"]) is int and ("result" in told or isinstance(told.get("error"), dict))


async def run(asked: dict[str, Any], argv: list[str], nobody: Nobody) -> None:
    """Run the session to the end of its one prompt.

    Raises:
        BadAnswer: it was ended by one.
    """
    answers = Answers(nobody)
    try:
        await _session(asked, argv, nobody, answers)
    except asyncio.CancelledError:
        if not answers.fault:
            raise
        raise BadAnswer(answers.fault) from None


async def _session(asked: dict[str, Any], argv: list[str], nobody: Nobody, answers: Answers) -> None:
    settings = {"limit": _LONGEST, "stderr": None}
    async with acp.spawn_agent_process(
        nobody,  # type: ignore[arg-type]  # no files, no terminals
        *argv,
        env=os.environ,
        transport_kwargs=settings,
        observers=[answers],
    ) as (cli, _):
        await cli.initialize(protocol_version=acp.PROTOCOL_VERSION)
        if asked["auth_method"]:
            await cli.authenticate(method_id=asked["auth_method"])
        servers = [_server(server) for server in asked["servers"]]
        session = await cli.new_session(cwd=asked["cwd"], mcp_servers=list(servers))
        if asked["mode"]:
            await cli.set_session_mode(session_id=session.session_id, mode_id=asked["mode"])
        prompt = schema.TextContentBlock(type="text", text=asked["prompt"])
        answer = await cli.prompt(session_id=session.session_id, prompt=[prompt])
        nobody.rest()
        nobody.over = True
        say("end", reason=answer.stop_reason)


def _server(said: dict[str, Any]) -> schema.McpServerStdio:
    env = [schema.EnvVariable(name=name, value=value) for name, value in said["env"].items()]
    return schema.McpServerStdio(name=said["name"], command=said["command"], args=said["args"], env=env)


def main() -> int:
    """Return 0 where the CLI came to the end of its turn."""
    asked = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    nobody = Nobody()
    try:
        asyncio.run(run(asked, sys.argv[2:], nobody))
    except acp.RequestError as exc:
        return _failed(nobody, f"{exc} {json.dumps(exc.data) if exc.data else ''}".strip(), code=exc.code)
    except BadAnswer as exc:
        return _failed(nobody, str(exc))
    except (OSError, ValueError, RuntimeError) as exc:
        return _failed(nobody, f"{type(exc).__name__}: {exc}")
    return 0


def _failed(nobody: Nobody, message: str, **more: Any) -> int:
    """Tell it, unless the turn was over: then it is a CLI that is not easy to part from."""
    if nobody.over:
        return 0
    nobody.rest()
    say("error", message=message, **more)
    return 1


if __name__ == "__main__":
    sys.exit(main())
