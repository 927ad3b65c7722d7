"""An Agent Plugins directory as a stack. The format: github.com/agentplugins/agent-plugins-spec, 1.0.0.

What of it cannot be given to a CLI is left out with a reason, as the format wants it: a part that is wrong
costs itself alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from cab_core.errors import UserError
from cab_core.plugins.checked import Misfit
from cab_core.plugins.stack_rules import hold_stack
from cab_core.records import McpServer, StackItem, StackPart

from .skills import DOCUMENT, BadSkill, skill_of
from .stack_files import StackFiles, read_files

if TYPE_CHECKING:
    from agent_plugins import AgentPluginError, Manifest, StdioServer, ValidationIssue

MANIFEST, _SERVERS = "plugin.json", "mcp.json"
_SCHEMAS = "https://agent-plugins.org/schemas/1.0.0/{}.schema.json"
_ROOT, _DATA = "{files}", "{files}.data"  # where the files of a server lie, and beside them
# The format wants a server to start in the plugin's directory, with one for its data that is there.
_START = 'mkdir -p "$PLUGIN_DATA" && cd "$1" && shift && exec "$@"'


def read_plugin(root: Path) -> StackPart:
    """Return the skills and servers of a plugin.

    Raises:
        UserError: its manifest is none, or nothing of it can be given to a CLI.
    """
    from agent_plugins import AgentPluginError, Manifest

    files = read_files(root)
    if MANIFEST not in files.texts:
        raise UserError(f"stack {root}: {MANIFEST} cannot be read: {'; '.join(files.left_out)}")
    try:
        manifest = Manifest(root / MANIFEST)
        name, told = manifest.name, list(_issues(MANIFEST, manifest.issues))
    except AgentPluginError as exc:
        raise UserError(f"stack {_explained(exc, 'plugin')}") from exc
    except RecursionError as exc:
        raise UserError(f"stack {root}: {MANIFEST} is nested too deeply") from exc
    items, notes = list[StackItem](), [*_without(files.left_out), *told]
    for item in (*_skills(files), *_servers(root, manifest, files)):
        if isinstance(item, str):
            notes.append(item)
        else:
            items.append(item)
    if not items:
        why = "; ".join(notes) or "it has neither skills nor servers"
        raise UserError(f"stack {root}: nothing of this plugin can be given to a CLI: {why}")
    return StackPart(name=name, items=tuple(items), notes=tuple(notes))


def _explained(exc: AgentPluginError, schema: str) -> str:
    """Say what is expected where the fault is the version of the format, or a plugin's name."""
    expected = {
        ("$schema",): repr(_SCHEMAS.format(schema)),
        ("name",): "at most 64 of a-z, 0-9, and single - and . between them",
    }
    issues = getattr(exc, "issues", ())
    told = expected.get(issues[0].location) if issues else None
    return f"{exc}" if told is None else f"{exc}; expected {told}"


def _without(said: Iterable[str]) -> list[str]:
    return [f"left out: {each}" for each in said]


def _issues(where: str, issues: tuple[ValidationIssue, ...]) -> Iterator[str]:
    for issue in issues:
        yield f"{where}: {'.'.join(map(str, issue.location))}: {issue.message}"


def _skills(files: StackFiles) -> Iterator[StackItem | str]:
    """Yield the skills, and of those that are none why."""
    names = sorted({p.split("/")[1] for p in files.texts if p.startswith("skills/") and p.count("/") > 1})
    for name in names:
        at = f"skills/{name}/"
        own = {p.removeprefix(at): text for p, text in files.texts.items() if p.startswith(at)}
        if DOCUMENT not in own:
            continue  # the format takes such a directory for none
        try:
            skill, unknown = skill_of(name, own, strict=True)
        except BadSkill as exc:
            yield f"left out: skill {name}: {exc}"
            continue
        yield skill
        yield from (f"skill {name}: {said}" for said in unknown)


def _servers(root: Path, manifest: Manifest, files: StackFiles) -> Iterator[StackItem | str]:
    from agent_plugins import AgentPluginError, MCPConfig, StdioServer

    if _SERVERS not in files.texts:
        return
    try:
        config = MCPConfig(root / _SERVERS, manifest)
        servers, issues = config.servers, config.issues
    except AgentPluginError as exc:
        yield f"left out, all servers: {_explained(exc, 'mcp')}"
        return
    except RecursionError:
        yield f"left out, all servers: {_SERVERS} is nested too deeply"
        return
    yield from _without(_issues(_SERVERS, issues))
    for name, said in servers.items():
        if not isinstance(said, StdioServer):
            why = f"it is reached over the network ({said.type}), not started in the sandbox"
            yield f"left out: server {name}: {why}"
            continue
        yield _held(name, _server(name, said, files.texts))


def _held(name: str, server: McpServer) -> McpServer | str:
    """Return a server that can be given to a CLI, or why it cannot."""
    if not server.name.replace("-", "").replace("_", "").isalnum() or not server.name.isascii():
        return f"left out: server {name}: its name must be letters, digits, - and _"
    try:
        hold_stack([server], [f"server {name}"])
    except Misfit as exc:
        return f"left out: {exc.where}: expected {exc.expected}, got {exc.got}"
    return server


def _server(name: str, said: StdioServer, files: Mapping[str, str]) -> McpServer:
    """Return a server that starts as the format says: beside the plugin's files, which it brings."""
    command = f"{_ROOT}/{said.command[2:]}" if said.command.startswith("./") else said.command
    cwd = said.cwd or _ROOT
    cwd = f"{_ROOT}/{cwd[2:]}" if cwd.startswith("./") else cwd
    words = (cwd, command, *said.args)
    env = {**said.env, "PLUGIN_ROOT": _ROOT, "PLUGIN_DATA": _DATA}
    return McpServer(
        name=name,
        command=("sh", "-c", _START, "sh", *map(_expanded, words)),
        env={key: _expanded(value) for key, value in env.items()},
        files=dict(files),
    )


def _expanded(text: str) -> str:
    return text.replace("${PLUGIN_ROOT}", _ROOT).replace("${PLUGIN_DATA}", _DATA)
