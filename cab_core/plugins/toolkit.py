"""What plugins have in common: reading hostile JSON and a run, and applying the items of a stack."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Self

import attrs

from cab_core.records import Applied, Args, Env, Files, Instructions, McpServer, Skill, StackItem, Step

from .strict_json import read_strictly as read_strictly
from .strict_json import switches_are_plain as switches_are_plain

Event = Mapping[str, Any]


_CUT = " (cut)"
_DEEPEST = 100  # levels of a JSON value; what is deeper may be read and yet not be written again


def parse(text: str) -> Any:
    """Return the JSON value of a text, or None where it is none or nested too deeply; raises nothing."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if text.count("[") + text.count("{") <= _DEEPEST or _is_shallow(value) else None


def _is_shallow(value: Any) -> bool:
    level = [value]
    for _ in range(_DEEPEST):
        level = [inner for v in level for inner in _inside(v)]
    return not level


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def at(value: Any, *keys: str) -> Any:
    """Return what lies below these keys, or None where something on the way is no object or lacks one."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def json_events(stdout: str) -> list[Event]:
    """Return the lines that are JSON objects with a text `type`.

    A line ends at a line feed only: texts inside may hold what Python takes for other line ends.
    """
    return [event for line in stdout.split("\n") if isinstance(at(event := parse(line), "type"), str)]


def shorten(text: str, longest: int) -> str:
    """Return a text that is no longer than that, cut between words; what was cut is said."""
    if len(text) <= longest:
        return text
    kept = text[: longest + 1 - len(_CUT)]
    space = max(kept.rfind(" "), kept.rfind("\n"))
    return (kept[:space] if space > 0 else kept[:-1]).rstrip() + _CUT


def last_words(steps: Sequence[Step]) -> str | None:
    """Return what the model said last, None where it said nothing."""
    return next((step.text for step in reversed(steps) if step.role == "assistant"), None)


def excerpt(text: str, lines: int = 20, width: int = 200) -> str:
    """Return the first lines of a text, each shortened; how many are left out is said."""
    found = text.splitlines()
    more = [f"({len(found) - lines} more lines)"] if len(found) > lines else []
    return "\n".join([shorten(line, width) for line in found[:lines]] + more)


def calls_made(request: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return (name, arguments) of every tool call in the messages of a request to a scripted model."""
    calls = [c["function"] for m in request.get("messages", []) for c in m.get("tool_calls") or ()]
    return [(call["name"], json.loads(call["arguments"])) for call in calls]


def skill_document(skill: Skill) -> str:
    """Return a SKILL.md: front matter with name and description, then the text."""
    return f"---\nname: {skill.name}\ndescription: {json.dumps(skill.description)}\n---\n\n{skill.text}"


def skill_files(skill: Skill, directory: str) -> dict[str, str]:
    """Return the files of a skill for a CLI that looks for skills in `directory`, each in one of its own."""
    files = skill.files or {"SKILL.md": skill_document(skill)}
    return {f"{directory}/{skill.name}/{path}": text for path, text in files.items()}


@attrs.define
class StackEffect:
    """What a stack adds to a launch. A subclass says what its CLI does with servers, texts and skills.

    Each of `mcp`, `instructions` and `skill` returns None where the item was configured, else the reason
    why not. Variables, arguments and files are the same for every CLI. `tool_prefix`: how the CLI begins the
    names of a server's tools, such as `{name}_`, by which they are known again among those offered.
    `tool_length`: how many characters of such a name it keeps in any case; None: all.
    """

    tool_prefix: ClassVar[str | None] = None
    tool_length: ClassVar[int | None] = None

    argv: list[str] = attrs.field(factory=list)
    env: dict[str, str] = attrs.field(factory=dict)
    files: dict[str, str] = attrs.field(factory=dict)
    accounts: tuple[Applied, ...] = ()

    def apply(self, items: Iterable[StackItem]) -> Self:
        """Apply the items in order and account for each."""
        for item in items:
            account = Applied(
                item=f"{item.kind}:{item.name}", reason=self._apply(item), tool_prefix=self.prefix_of(item)
            )
            self.accounts = (*self.accounts, account)
        return self

    def prefix_of(self, item: StackItem) -> str | None:
        """Return how the names of a server's tools begin, as far as the CLI keeps them."""
        if not isinstance(item, McpServer) or self.tool_prefix is None:
            return None
        return self.tool_prefix.format(name=item.name)[: self.tool_length]

    def mcp(self, item: McpServer) -> str | None:
        """Apply an MCP server."""
        return "this CLI speaks no MCP"

    def instructions(self, item: Instructions) -> str | None:
        """Apply a text to read first."""
        return "this CLI reads no instructions"

    def skill(self, item: Skill) -> str | None:
        """Apply a skill."""
        return "this CLI has no skills"

    def _apply(self, item: StackItem) -> str | None:
        if isinstance(item, McpServer):
            return self.mcp(item)
        if isinstance(item, Instructions):
            return self.instructions(item)
        if isinstance(item, Skill):
            return self.skill(item)
        if isinstance(item, Env):
            self.env |= item.values
        elif isinstance(item, Args):
            self.argv += item.argv
        elif isinstance(item, Files):
            self.files |= item.files
        return None
