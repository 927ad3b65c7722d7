"""A declared CLI that is spoken to by the Agent Client Protocol: https://agentclientprotocol.com.

The protocol's own library drives it in the sandbox (`acp_client`). There is no claim of tokens: what the
protocol has for them is not settled (opencode 1.18.33 tells those of its last call, gemini 0.61.0 none).
"""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import attrs

from cab_core.plugins.protocols import Leftovers
from cab_core.plugins.shown import shown_call
from cab_core.plugins.toolkit import Event, at, excerpt, json_events, parse, shorten
from cab_core.records import Harvest, Job, Launch, McpServer, Recipe, Step

from .adapter import DeclaredCli, Effect
from .document import AcpDoc
from .ending import LONGEST, with_last_line

LIBRARY = "agent-client-protocol==0.12.1"
_CLIENT, _SESSION = ".cab/acp_client.py", ".cab/acp.json"  # below HOME
_GOOD = ("end_turn", "refusal")  # reasons of an end that is the agent's own
_COMMANDS = ("/", "!", "@", "$")  # what begins one with an agent or another
_ROLES: dict[str, Literal["assistant", "reasoning"]] = {"message": "assistant", "thought": "reasoning"}


class DeclaredAcp(DeclaredCli):
    """Adapter of a CLI with an ACP mode, which `launch.argv` starts."""

    def recipe(self, version: str) -> Recipe:
        """Bring the protocol's library."""
        recipe = super().recipe(version)
        return attrs.evolve(recipe, pip=(*recipe.pip, LIBRARY))

    def launch(self, job: Job) -> Launch:
        """Start the client, which starts the CLI; the protocol takes the stack's servers and the prompt."""
        where = attrs.evolve(self.document.stack, mcp=None)  # no file of servers beside
        stack = _Effect(where=where).apply(job.stack)
        launch = self.launch_with(job, stack)
        session = {
            "cwd": job.workdir,
            "prompt": _no_command(job.prompt) if launch.stdin is None else launch.stdin,
            "servers": [{"name": name, **server} for name, server in stack.servers.items()],
            **attrs.asdict(self.document.acp or AcpDoc()),
        }
        files = {_CLIENT: _client(), _SESSION: json.dumps(session, indent=2)}
        argv = ("python", f"{job.home}/{_CLIENT}", f"{job.home}/{_SESSION}", *launch.argv)
        return attrs.evolve(launch, argv=argv, files={**launch.files, **files}, stdin=None)

    def harvest(self, left: Leftovers) -> Harvest:
        """Read what the client printed."""
        events = json_events(left.stdout)
        steps = [Step(role="user", text=left.job.prompt), *filter(None, map(_step, events))]
        finished, failure = _ending(events, left)
        return Harvest(
            transcript=tuple(steps),
            final_message=steps[-1].text if steps[-1].role == "assistant" else None,
            finished=finished,
            failure=failure,
        )

    def render(self, line: str) -> str:
        """Show what was said, and a call with the beginning of its result."""
        event = parse(line)
        kind = str(at(event, "type"))
        if kind in _ROLES:
            return str(at(event, "text") or "")
        if kind == "tool":
            return "\n".join(filter(None, (_called(event), excerpt(str(at(event, "output") or "")))))
        if kind == "error":
            return f"error: {at(event, 'message')}"
        return "" if kind == "end" else line


def _no_command(prompt: str) -> str:
    """Of a prompt that begins with `/`, after any white space, agents take the beginning for a command."""
    return f"The task:\n{prompt}" if prompt.lstrip()[:1] in _COMMANDS else prompt


class _Effect(Effect):
    """The protocol takes servers, whatever the file says of places."""

    def mcp(self, item: McpServer) -> str | None:
        self.add(item)
        return None


@functools.cache
def _client() -> str:
    return Path(__file__).with_name("acp_client.py").read_text(encoding="utf-8")


def _step(event: Event) -> Step | None:
    """Return what a line of the client's tells; None: it is no step."""
    kind = event["type"]
    if kind in _ROLES and isinstance(text := event.get("text"), str):
        return Step(role=_ROLES[kind], text=text)
    if kind == "tool":
        output = event.get("output")
        text = "\n".join(filter(None, (_called(event), output if isinstance(output, str) else "")))
        return Step(role="tool", text=text, tool=str(event.get("title") or "") or None)
    return None


def _called(event: Event) -> str:
    title, given = event.get("title") or "a tool", event.get("input")
    return excerpt(f"> {title}") if given is None else shown_call(title, given)


def _ending(events: Sequence[Event], left: Leftovers) -> tuple[bool | None, str | None]:
    """Return whether the agent came to the end of its turn, None where it was cut off, and why it did not."""
    last = next((e for e in reversed(events) if e["type"] in ("end", "error")), None)
    if last is None:
        if left.exit_code is None:
            return None, None
        return False, with_last_line("it ended in the middle of its turn", left.stderr)
    if last["type"] == "error":
        return False, shorten(str(last.get("message")), LONGEST)
    reason = last.get("reason")
    return (True, None) if reason in _GOOD else (False, f"its turn ended by {shorten(str(reason), LONGEST)}")
