"""What aider can do with the items of a stack."""

from __future__ import annotations

import attrs

from cab_core.plugins.toolkit import StackEffect
from cab_core.records import Instructions, McpServer, Skill


@attrs.define
class Effect(StackEffect):
    """`own` is aider's own directory, as aider sees it."""

    own: str = ""

    def mcp(self, item: McpServer) -> str | None:
        """There is nothing that could speak to it."""
        return "aider speaks no MCP"

    def skill(self, item: Skill) -> str | None:
        """There is nothing that would read it."""
        return "aider has no skills"

    def instructions(self, item: Instructions) -> str | None:
        """A read-only file in the chat is what aider has for conventions."""
        self.files[f".cab/instructions/{item.name}.md"] = item.text
        self.argv += ["--read", f"{self.own}/instructions/{item.name}.md"]
        return None
