"""How Cline is installed, started and read. Facts were seen on cline 3.0.65."""

from __future__ import annotations

import json
from typing import Any

import attrs

from cab_core import Harvest, Job, Launch, Leftovers, Recipe
from cab_core.plugins.toolkit import StackEffect, json_events, skill_files
from cab_core.records import Instructions, McpServer, Skill, Step

from .dialect import Editor
from .events import failure, finished, shown, token_claim, transcript, with_calls
from .prompt import NO_MENTIONS, parted

_OWN = ".cline"  # below HOME
_SETTINGS = f"{_OWN}/data/settings"
_PROVIDER = "openai-compatible"  # one of its own


class Cline:
    """Adapter of Cline, which needs no login where it is given an endpoint and a key."""

    name = "cline"
    default_version = "3.0.65"
    protocols = ("openai-chat",)
    model_params = ("reasoning_effort",)  # all that the CLI can set
    options = {  # noqa: RUF012  JSON Schemas, by option
        "compaction": {"enum": ["agentic", "basic", "off"]},  # how it shortens a conversation
        "mistakes": {"type": "integer", "minimum": 1},  # in a row, until it gives up
    }
    render = staticmethod(shown)

    def recipe(self, version: str) -> Recipe:
        """One program, with all that it needs."""
        return Recipe(npm=(f"cline@{version}",))

    def version_argv(self) -> list[str]:
        """Print the version."""
        return ["cline", "--version"]

    def launch(self, job: Job) -> Launch:
        """Cline starts in HOME, and is told the work dir: it loads the `.env` of where it starts."""
        stack = _Effect().apply(job.stack)
        prompt, more = parted(job.prompt)
        argv = ["cline", "--json", "--cwd", job.workdir, "--provider", _PROVIDER, "--model", job.model]
        argv += _options(job)
        return Launch(
            argv=(*argv, *stack.argv, "--", prompt),
            env={**_QUIET, **stack.env},
            files={**_files(job, stack), **stack.files},
            stdin=more,
            cwd=job.home,
            stack=stack.accounts,
        )

    def harvest(self, left: Leftovers) -> Harvest:
        """Read the events on stdout, which begin after the prompt."""
        events = json_events(left.stdout)
        done = finished(events)
        return Harvest(
            transcript=(Step(role="user", text=left.job.prompt), *with_calls(events, transcript(events))),
            claim=token_claim(events),
            final_message=str(events[-1].get("text")) if done else None,
            finished=done,
            failure=None if done else failure(events, left.stderr),
        )

    def dialect(self) -> Editor:
        """How a scripted model edits: space is made with the shell, then one `editor` call a file."""
        return Editor()


def _options(job: Job) -> list[str]:
    argv = [f"--thinking={value}" for value in job.model_params.values()]
    named = {"compaction": "--compaction", "mistakes": "--retries"}
    return argv + [f"{flag}={job.options[name]}" for name, flag in named.items() if name in job.options]


# The hub is a daemon that would outlive the run.
_QUIET = {
    "CLINE_SESSION_BACKEND_MODE": "local",
    "CLINE_NO_AUTO_UPDATE": "1",
    "NO_COLOR": "1",
}

# What it knows of features to turn on. It asks for them where that is a month old: this is of 2100.
_FEATURES: dict[str, Any] = {
    "version": 2,
    "updatedAt": 4_102_444_800_000,
    "userId": None,
    "flagsPayload": {"featureFlags": {}, "featureFlagPayloads": {}},
}


def _files(job: Job, stack: _Effect) -> dict[str, str]:
    settings = {"provider": _PROVIDER, "apiKey": job.token, "model": job.model, "baseUrl": job.endpoint}
    entry = {"settings": settings, "updatedAt": "2026-01-01T00:00:00.000Z", "tokenSource": "manual"}
    model = {} if job.context_tokens is None else {"contextWindow": job.context_tokens}
    found: dict[str, Any] = {
        "global-settings.json": {"telemetryOptOut": True, "autoUpdateEnabled": False},
        "providers.json": {
            "version": 1,
            "lastUsedProvider": _PROVIDER,
            "modes": {},
            "providers": {_PROVIDER: entry},
        },
        "models.json": {"version": 1, "providers": {_PROVIDER: {"models": {job.model: model}}}},
        "cline_mcp_settings.json": {"mcpServers": stack.servers},
    }
    files = {f"{_SETTINGS}/{name}": json.dumps(data) for name, data in found.items()}
    files[f"{_OWN}/data/cache/feature-flags.json"] = json.dumps(_FEATURES)
    return {**files, f"{_OWN}/plugins/no-mentions.js": NO_MENTIONS}


@attrs.define
class _Effect(StackEffect):
    """What a stack adds to Cline's settings and files."""

    tool_prefix = "{name}__"
    servers: dict[str, Any] = attrs.field(factory=dict)

    def mcp(self, item: McpServer) -> str | None:
        program, *args = item.command
        self.servers[item.name] = {"type": "stdio", "command": program, "args": args, "env": item.env}
        return None

    def instructions(self, item: Instructions) -> str | None:
        self.files[f"{_OWN}/rules/{item.name}.md"] = item.text
        return None

    def skill(self, item: Skill) -> str | None:
        self.files |= skill_files(item, f"{_OWN}/skills")
        return None
