"""An endpoint whose model hands its work to sub-agents: each makes a file by a shell and says that it is done.

It tells by what was said who asks: the main agent, or one of those to whom it gave a part.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from cab_core.gateway.chat_form import objects, texts_of, tool_name
from cab_core.gateway.scripted.shell import Call, shell_call
from tests.support.acting import Acting

PARTS = 2  # sub-agents at once
_PART = re.compile(r"Your part is number (\d)")
_AGENT = re.compile(r'"?agent_id"?: ?"?([0-9a-f-]{36})')


def prompt_of(part: int) -> str:
    """Return what a sub-agent is told."""
    return f"Your part is number {part}: write the file part-{part}.txt, and say when it is there."


# How each CLI's model hands a part to a sub-agent.
HANDS: dict[str, Callable[[int], Call]] = {
    "opencode": lambda n: ("task", _task(n, subagent_type="general")),
    "kilo": lambda n: ("task", _task(n, subagent_type="general")),
    "claude": lambda n: ("Agent", _task(n)),
    "qwen": lambda n: (
        "agent",
        _task(n, subagent_type="general-purpose", run_in_background=False),
    ),
    "gemini": lambda n: ("invoke_agent", {"agent_name": "generalist", "prompt": prompt_of(n)}),
    "copilot": lambda n: (
        "task",
        _task(n, name=f"part-{n}", agent_type="general-purpose", mode="sync"),
    ),
    "codex": lambda n: ("multi_agent_v1__spawn_agent", {"message": prompt_of(n)}),
    "cline": lambda n: ("spawn_agent", {"systemPrompt": "Do as told.", "task": prompt_of(n)}),
}


def _task(n: int, **more: Any) -> dict[str, Any]:
    return {"description": f"part {n}", "prompt": prompt_of(n), **more}


class Delegating(Acting):
    """Its model hands its work over as the CLI of a name wants it."""

    def __init__(self, tui: str) -> None:
        super().__init__(self.answer)
        self.hand = HANDS[tui]

    def answer(self, request: Mapping[str, Any]) -> tuple[str, list[Call]]:
        """Return what the model says to whoever asks."""
        said = [m for m in objects(request, "messages") if m.get("role") == "user"]
        told = " ".join(text for m in said for text in texts_of(m.get("content")))
        results = [m for m in objects(request, "messages") if m.get("role") == "tool"]
        if not request.get("tools"):
            return "A title", []
        if part := _PART.search(told):
            # One ends after the other, for some CLIs tell the main agent of an end as it comes.
            command = f"sleep {int(part[1]) - 1}; echo part {part[1]} > part-{part[1]}.txt"
            call = None if results else shell_call(request, command)
            return ("", [call]) if call else (f"Part {part[1]} is there.", [])
        return self._lead(request, results)

    def _lead(self, request: Mapping[str, Any], results: list[dict[str, Any]]) -> tuple[str, list[Call]]:
        """Return what the main agent's model says: it hands the parts over, and waits where it must."""
        if not results:
            return "I hand it over.", [self.hand(n) for n in range(1, PARTS + 1)]
        names = [tool_name(t) for t in objects(request, "tools")]
        told = "\n".join(text for m in results for text in texts_of(m.get("content")))
        agents = list(dict.fromkeys(_AGENT.findall(told)))
        if "multi_agent_v1__wait_agent" in names and told.count("is there.") < len(agents):
            left = [a for a in agents if f'"{a}":{{"completed"' not in told]
            return "", [("multi_agent_v1__wait_agent", {"targets": left})]
        return "All of it is there.", []
