"""The adapter that does what a file declares."""

from __future__ import annotations

import json
from typing import Any

import attrs

from cab_core.plugins.boundary import unguarded
from cab_core.plugins.protocols import Adapter, Leftovers
from cab_core.plugins.toolkit import StackEffect, skill_files
from cab_core.records import Harvest, Instructions, Job, Launch, McpServer, Recipe, Skill, StackItem

from .document import CliDoc, StackDoc
from .ending import ending, last_words


def declared_in(adapter: Adapter) -> str | None:
    """Return the file that declares a CLI, word for word; None where a plugin offers it."""
    made = unguarded(adapter)
    is_file = isinstance(made, DeclaredCli) and type(made).__module__.startswith(f"{__package__}.")
    return made.text if is_file else None


class DeclaredCli:
    """Adapter of a CLI that a document describes. `text`: the file, word for word; `defined_in`: its name."""

    def __init__(self, document: CliDoc, text: str, defined_in: str) -> None:
        self.document, self.text, self.defined_in = document, text, defined_in
        self.name, self.default_version = document.name, document.version
        self.protocols, self.options = document.protocols, document.options
        self.model_params = document.model_params

    def recipe(self, version: str) -> Recipe:
        """Fill the version into the names of the packages."""
        from .templates import fill

        said = self.document.install
        packages = {
            kind: tuple(
                fill(text, {"version": version}, f"install.{kind}[{n}]")
                for n, text in enumerate(getattr(said, kind))
            )
            for kind in ("pip", "npm", "apt")
        }
        return Recipe(**packages, python=said.python, env=said.env, path=said.path)

    def version_argv(self) -> list[str]:
        """Return the command that prints the version."""
        return list(self.document.version_argv)

    def launch(self, job: Job) -> Launch:
        """Fill in the templates; what the stack adds to files and variables goes over them."""
        return self.launch_with(job, Effect(where=self.document.stack).apply(job.stack))

    def launch_with(self, job: Job, stack: Effect) -> Launch:
        """Return the launch with what a stack adds."""
        from .templates import fill, fill_all, fill_words, values_of

        said, values = self.document.launch, values_of(job)
        return Launch(
            argv=(*fill_words(said.argv, values, "launch.argv"), *stack.argv),
            env={**fill_all(said.env, values, "launch.env"), **stack.env},
            files={**fill_all(said.files, values, "launch.files"), **stack.placed(), **stack.files},
            stdin=None if said.stdin is None else fill(said.stdin, values, "launch.stdin"),
            stack=stack.accounts,
        )

    def harvest(self, left: Leftovers) -> Harvest:
        """Read its end; the transcript is the wire's."""
        finished, failure = ending(self.document.read, left)
        words = last_words(self.document.read.message, left)
        return Harvest(finished=finished, failure=failure, final_message=words)


@attrs.define
class Effect(StackEffect):
    """What a stack adds to a declared CLI."""

    where: StackDoc = attrs.field(default=StackDoc(), kw_only=True)
    servers: dict[str, Any] = attrs.field(factory=dict, init=False)
    texts: list[str] = attrs.field(factory=list, init=False)

    def placed(self) -> dict[str, str]:
        """Return the files that hold all texts, and all servers; that of the servers is there without any."""
        files = {}
        if self.where.mcp is not None:
            files[self.where.mcp] = json.dumps({"mcpServers": self.servers}, indent=2)
        if self.where.instructions is not None and self.texts:
            files[self.where.instructions] = "\n\n".join(self.texts)
        return files

    def prefix_of(self, item: StackItem) -> str | None:
        """Return how the names of a server's tools begin."""
        prefix = self.where.tool_prefix
        return _of(prefix, item, "stack.tool_prefix") if prefix and isinstance(item, McpServer) else None

    def mcp(self, item: McpServer) -> str | None:
        """Name the server in the file of the servers."""
        if self.where.mcp is None:
            return "its file says no place for MCP servers (stack.mcp)"
        self.add(item)
        return None

    def add(self, item: McpServer) -> None:
        """Keep a server."""
        program, *args = item.command
        self.servers[item.name] = {"command": program, "args": args, "env": dict(item.env)}

    def instructions(self, item: Instructions) -> str | None:
        """Keep the text for the file of instructions."""
        if self.where.instructions is None:
            return "its file says no place for instructions (stack.instructions)"
        self.texts.append(item.text)
        return None

    def skill(self, item: Skill) -> str | None:
        """Write the skill's document."""
        if self.where.skills is None:
            return "its file says no place for skills (stack.skills)"
        self.files |= skill_files(item, self.where.skills)
        return None


def _of(template: str, item: StackItem, where: str) -> str:
    from .templates import fill

    return fill(template, {"name": item.name}, where)
