"""What such a file says. Texts marked as templates are Jinja2's; `templates` says what they can name."""

from __future__ import annotations

from typing import Literal

import attrs

from cab_core.records.base import Json, doc


@attrs.frozen(kw_only=True)
class InstallDoc:
    """Packages that bring the CLI. Nothing: the program is on the PATH, of runtime `local` alone."""

    pip: tuple[str, ...] = attrs.field(
        default=(), metadata=doc("requirements of pip; templates of `version`")
    )
    npm: tuple[str, ...] = attrs.field(default=(), metadata=doc("packages of npm; templates of `version`"))
    apt: tuple[str, ...] = attrs.field(default=(), metadata=doc("packages of Debian, in images alone"))
    python: str = attrs.field(default=">=3.11", metadata=doc("which Python the pip packages need"))
    env: dict[str, str] = attrs.field(
        factory=dict, metadata=doc("variables of every start; {prefix} is where it is installed")
    )
    path: tuple[str, ...] = attrs.field(
        default=(), metadata=doc("directories of programs below {prefix}, beside those of pip and npm")
    )


@attrs.frozen(kw_only=True)
class LaunchDoc:
    """How one run is started. Everything here is a template."""

    argv: tuple[str | tuple[str, ...], ...] = attrs.field(
        metadata=doc(
            "program and arguments; a list among them is left out where it names what is not set", minItems=1
        )
    )
    stdin: str | None = attrs.field(default=None, metadata=doc("what it reads from standard input"))
    env: dict[str, str] = attrs.field(factory=dict, metadata=doc("environment variables"))
    files: dict[str, str] = attrs.field(
        factory=dict, metadata=doc("text by path below HOME; the path is no template")
    )


@attrs.frozen(kw_only=True)
class StackDoc:
    """Where below HOME the CLI finds what a stack gives it. A kind that is not named is skipped, and told."""

    instructions: str | None = attrs.field(
        default=None, metadata=doc("the file that takes all texts, one after the other")
    )
    skills: str | None = attrs.field(
        default=None,
        metadata=doc("the directory in which each skill has one of its own: .foo/skills"),
    )
    mcp: str | None = attrs.field(
        default=None, metadata=doc('the file of the servers: {"mcpServers": {NAME: {command, args, env}}}')
    )
    tool_prefix: str | None = attrs.field(
        default=None,
        metadata=doc("how the CLI begins the names of a server's tools, a template of `name`: {{ name }}_"),
    )


@attrs.frozen(kw_only=True)
class ReadDoc:
    """How its end is read. Nothing here is a template, or a pattern: what an agent prints is hostile."""

    exit_codes: tuple[int, ...] = attrs.field(default=(0,), metadata=doc("exit codes of a good end"))
    finished: str | None = attrs.field(
        default=None, metadata=doc("text that stdout holds, if the CLI came to its end")
    )
    failed: tuple[str, ...] = attrs.field(
        default=(), metadata=doc("a line of stdout or stderr with one of these says why it failed")
    )
    message: str | None = attrs.field(
        default=None,
        metadata=doc(
            "where the agent's last words are: `stdout`, `file:PATH` below HOME, or `json:A.B`, of the last "
            "JSON object on stdout with a text there; left out: the model's last answer on the wire",
            pattern=r"^(stdout|file:.+|json:[^.]+(\.[^.]+)*)$",
        ),
    )


@attrs.frozen(kw_only=True)
class AcpDoc:
    """The CLI is spoken to by the Agent Client Protocol: `launch.argv` starts its ACP mode.

    The prompt is `launch.stdin` where that is given. Its end, and MCP servers, are the protocol's.
    """

    auth_method: str | None = attrs.field(
        default=None, metadata=doc("the way to authenticate to ask for; null: none, it has the key already")
    )
    mode: str | None = attrs.field(default=None, metadata=doc("the session mode to ask for"))


@attrs.frozen(kw_only=True)
class CliDoc:
    """The content of a file that declares a CLI (TOML)."""

    schema_version: Literal[1] = attrs.field(metadata=doc("version of this format"))
    name: str = attrs.field(metadata=doc("name of the CLI", pattern="^[A-Za-z0-9][A-Za-z0-9_.-]*$"))
    version: str = attrs.field(metadata=doc("the version to use where none is named", minLength=1))
    protocols: tuple[str, ...] = attrs.field(
        metadata=doc("wire protocols that it can be made to speak, the best first", minItems=1)
    )
    version_argv: tuple[str, ...] = attrs.field(
        metadata=doc("the command that prints its version", minItems=1)
    )
    launch: LaunchDoc = attrs.field(metadata=doc("how one run is started"))
    install: InstallDoc = attrs.field(default=InstallDoc(), metadata=doc("how it is installed"))
    stack: StackDoc = attrs.field(default=StackDoc(), metadata=doc("where it finds what a stack gives it"))
    acp: AcpDoc | None = attrs.field(
        default=None, metadata=doc("it speaks the Agent Client Protocol; then `read` says nothing")
    )
    read: ReadDoc = attrs.field(default=ReadDoc(), metadata=doc("how its end is read"))
    options: dict[str, dict[str, Json]] = attrs.field(
        factory=dict, metadata=doc("JSON Schemas of what `--option` may set, by key")
    )
    model_params: tuple[str, ...] = attrs.field(
        default=(), metadata=doc("model parameters that the templates hand on; the gateway sets the others")
    )
