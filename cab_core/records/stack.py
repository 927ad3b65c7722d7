"""Stack items: what is given to a CLI for a run, said without naming any CLI."""

from __future__ import annotations

from typing import Literal

import attrs

from .base import doc
from .recipe import Recipe


@attrs.frozen(kw_only=True)
class McpServer:
    """A server of the Model Context Protocol, spoken to over its standard input and output.

    `files` are programs and data that it brings itself, by relative path. They are laid into the sandbox, and
    `{files}` in `command` and in the values of `env` stands for the directory that they are in.
    """

    name: str = attrs.field(metadata=doc("name of the server", pattern="^[A-Za-z0-9][A-Za-z0-9_-]*$"))
    command: tuple[str, ...] = attrs.field(metadata=doc("program and arguments", minItems=1))
    env: dict[str, str] = attrs.field(factory=dict, metadata=doc("variables of the server"))
    recipe: Recipe | None = attrs.field(default=None, metadata=doc("what must be installed for it"))
    files: dict[str, str] = attrs.field(
        factory=dict,
        metadata=doc("text by path, brought along: `{files}` in command and env is their directory"),
    )
    kind: Literal["mcp"] = attrs.field(default="mcp", metadata=doc("kind of the item"))


@attrs.frozen(kw_only=True)
class Instructions:
    """A text that the agent is to read before it works."""

    name: str = attrs.field(metadata=doc("name of the text", pattern="^[A-Za-z0-9][A-Za-z0-9_-]*$"))
    text: str = attrs.field(metadata=doc("the text, Markdown"))
    kind: Literal["instructions"] = attrs.field(default="instructions", metadata=doc("kind of the item"))


@attrs.frozen(kw_only=True)
class Skill:
    """A skill: a text that the agent reads when its description fits.

    `files` is its directory where it has one: SKILL.md as it was written, and what lies beside it.
    """

    name: str = attrs.field(metadata=doc("name of the skill", pattern="^[a-z0-9][a-z0-9-]*$"))
    description: str = attrs.field(metadata=doc("when it is useful"))
    text: str = attrs.field(metadata=doc("the text, Markdown"))
    files: dict[str, str] = attrs.field(
        factory=dict, metadata=doc("text by path in the skill's directory, SKILL.md among them")
    )
    kind: Literal["skill"] = attrs.field(default="skill", metadata=doc("kind of the item"))


@attrs.frozen(kw_only=True)
class Env:
    """Environment variables of the CLI."""

    name: str = attrs.field(metadata=doc("name of the item"))
    values: dict[str, str] = attrs.field(metadata=doc("variables"))
    kind: Literal["env"] = attrs.field(default="env", metadata=doc("kind of the item"))


@attrs.frozen(kw_only=True)
class Args:
    """Arguments that are added to the CLI's command."""

    name: str = attrs.field(metadata=doc("name of the item"))
    argv: tuple[str, ...] = attrs.field(metadata=doc("arguments"))
    kind: Literal["args"] = attrs.field(default="args", metadata=doc("kind of the item"))


@attrs.frozen(kw_only=True)
class Files:
    """Files below HOME, by relative path."""

    name: str = attrs.field(metadata=doc("name of the item"))
    files: dict[str, str] = attrs.field(metadata=doc("text by path below HOME"))
    kind: Literal["files"] = attrs.field(default="files", metadata=doc("kind of the item"))


StackItem = McpServer | Instructions | Skill | Env | Args | Files
# An item of each kind in which nothing is special, to see what an adapter makes of it.
ONE_OF_EACH: tuple[StackItem, ...] = (
    Instructions(name="probe", text="probe"),
    McpServer(name="probe", command=("true",)),
    Skill(name="probe", description="probe", text="probe"),
    Env(name="probe", values={"CAB_PROBE": "1"}),
    Args(name="probe", argv=("--probe",)),
    Files(name="probe", files={".cab-probe": ""}),
)


@attrs.frozen(kw_only=True)
class StackDoc:
    """The content of a stack file (TOML): items by kind, in the order of the file."""

    schema_version: Literal[1] = attrs.field(metadata=doc("version of this format"))
    name: str = attrs.field(metadata=doc("name of the stack", pattern="^[A-Za-z0-9][A-Za-z0-9_.-]*$"))
    instructions: tuple[Instructions, ...] = attrs.field(default=(), metadata=doc("texts to read first"))
    mcp: tuple[McpServer, ...] = attrs.field(default=(), metadata=doc("MCP servers"))
    skills: tuple[Skill, ...] = attrs.field(default=(), metadata=doc("skills"))
    env: tuple[Env, ...] = attrs.field(default=(), metadata=doc("environment variables"))
    args: tuple[Args, ...] = attrs.field(default=(), metadata=doc("arguments of the CLI"))
    files: tuple[Files, ...] = attrs.field(default=(), metadata=doc("files below HOME"))

    def items(self) -> tuple[StackItem, ...]:
        """Return all items."""
        return (*self.instructions, *self.mcp, *self.skills, *self.env, *self.args, *self.files)

    def places(self) -> tuple[str, ...]:
        """Return where in the document each of the items stands."""
        lists = ("instructions", "mcp", "skills", "env", "args", "files")
        return tuple(f"{name}[{i}]" for name in lists for i in range(len(getattr(self, name))))


@attrs.frozen(kw_only=True)
class StackPart:
    """One of the stacks that were composed. `owner`: the plugin that offers it; None: it was a file.

    `notes`: what of the file or directory is not as its format has it, or is left out, each with why.
    """

    name: str = attrs.field(metadata=doc("name of the stack"))
    items: tuple[StackItem, ...] = attrs.field(metadata=doc("what it gives to a CLI, in order"))
    owner: str | None = None
    notes: tuple[str, ...] = ()

    def document(self) -> StackDoc:
        """Return it as the content of a stack file: its items by kind."""
        kinds = ("instructions", "mcp", "skill", "env", "args", "files")
        found = {k: tuple(i for i in self.items if i.kind == k) for k in kinds}
        return StackDoc(schema_version=1, name=self.name, **{_LISTS.get(k, k): v for k, v in found.items()})  # type: ignore[arg-type]


_LISTS = {"skill": "skills"}  # where a list of a stack file is called otherwise than the kind
