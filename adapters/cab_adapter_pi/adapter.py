"""How pi is installed, started and read. Facts were seen on pi 1.3.0."""

from __future__ import annotations

import json
from typing import Any

import attrs

from cab_core import Harvest, Job, Launch, Leftovers, Recipe, TokenClaim
from cab_core.plugins.toolkit import StackEffect, json_events, last_words, skill_files
from cab_core.records import Instructions, McpServer, Skill, StackItem, Step

from .dialect import WriteTool
from .events import failure, finished, shown, token_claim, transcript

_OWN, _LOG = ".pi/agent", ".pi/agent/session.jsonl"  # below HOME
_LONGEST = 100_000  # bytes of an argument
_LARGEST = 16 << 20  # bytes of a session


class Pi:
    """Adapter of pi."""

    name = "pi"
    default_version = "1.3.0"
    protocols = ("openai-chat",)
    options = {  # noqa: RUF012  JSON Schemas, by option
        "thinking": {"enum": ["off", "minimal", "low", "medium", "high", "xhigh", "max"]},
    }
    render = staticmethod(shown)

    def recipe(self, version: str) -> Recipe:
        """It needs a newer Node than many machines have, and brings it."""
        return Recipe(npm=(f"@earendil-works/pi-coding-agent@{version}", "node@22.23.3"))

    def version_argv(self) -> list[str]:
        """Print the version."""
        return ["pi", "--version"]

    def launch(self, job: Job) -> Launch:
        """What the work dir holds is not trusted: settings, servers, extensions, skills of it are not loaded.

        Where it keeps its sessions is read before that, so the session has a place of its own. From standard
        input it takes the white space at both ends: only a prompt too long for an argument goes there.
        """
        stack = _Effect().apply(job.stack)
        prompt = _no_command(job.prompt)
        is_short = len(prompt.encode()) < _LONGEST
        argv = ["pi", "--print", "--mode", "json", "--no-approve", "--session", f"{job.home}/{_LOG}"]
        if "thinking" in job.options:
            argv += ["--thinking", job.options["thinking"]]
        return Launch(
            argv=(*argv, *stack.argv, *(["--", prompt] if is_short else [])),
            env={"CAB_TOKEN": job.token, "PI_OFFLINE": "1", **stack.env},
            files={**_files(job, stack), **stack.files},
            stdin=None if is_short else prompt,
            stack=stack.accounts,
        )

    def harvest(self, left: Leftovers) -> Harvest:
        """Read the session. Of a run that was cut off, an error may stand on stderr alone."""
        session = json_events(left.read(_LOG, _LARGEST) or "")
        steps = transcript(session)
        done = finished(session)
        return Harvest(
            transcript=(Step(role="user", text=left.job.prompt), *steps),
            claim=TokenClaim() if left.is_cut(_LOG, _LARGEST) else token_claim(session),
            final_message=last_words(steps),
            finished=None if left.is_cut(_LOG, _LARGEST) else done,
            failure=None if done else failure(session, left.stderr),
        )

    def dialect(self) -> WriteTool:
        """How a scripted model edits: one `write` call a file."""
        return WriteTool()


def _no_command(prompt: str) -> str:
    """A message that begins with `/` may be a command, one with `@` is a file: these begin a line later."""
    return f"\n{prompt}" if prompt[:1] in ("/", "@") else prompt


def _files(job: Job, stack: _Effect) -> dict[str, str]:
    files = {
        f"{_OWN}/settings.json": json.dumps(_settings(job)),
        f"{_OWN}/models.json": json.dumps({"providers": {"cab": _provider(job)}}),
        f"{_OWN}/mcp.json": json.dumps({"mcpServers": stack.servers}),
    }
    return {**files, f"{_OWN}/AGENTS.md": "\n\n".join(stack.texts)} if stack.texts else files


def _settings(job: Job) -> dict[str, Any]:
    return {
        "defaultProvider": "cab",
        "defaultModel": job.model,
        "enableInstallTelemetry": False,
        "retry": {"enabled": False},  # the gateway has asked the endpoint again before it says no
    }


def _provider(job: Job) -> dict[str, Any]:
    model: dict[str, Any] = {"id": job.model, "samplingParams": dict(job.model_params)}
    if "thinking" in job.options:
        model["reasoning"] = True
    if job.context_tokens is not None:
        model["contextWindow"] = job.context_tokens
    return {"baseUrl": job.endpoint, "api": "openai-completions", "apiKey": "$CAB_TOKEN", "models": [model]}


@attrs.define
class _Effect(StackEffect):
    """What a stack adds to pi's servers and files."""

    tool_prefix = "mcp__{name}__"
    tool_length = 55  # of 64: a longer name ends in a hash
    servers: dict[str, Any] = attrs.field(factory=dict)
    texts: list[str] = attrs.field(factory=list)

    def prefix_of(self, item: StackItem) -> str | None:
        """In the names of tools pi has no hyphens."""
        prefix = super().prefix_of(item)
        return prefix and prefix.replace("-", "_")

    def mcp(self, item: McpServer) -> str | None:
        program, *args = item.command
        server = {"command": program, "args": args, "env": {k: _literal(v) for k, v in item.env.items()}}
        # By itself pi offers a tool that runs programs, which find and call the servers' tools.
        self.servers[item.name] = {**server, "exposure": "direct"}
        return None

    def instructions(self, item: Instructions) -> str | None:
        self.texts.append(item.text)
        return None

    def skill(self, item: Skill) -> str | None:
        self.files |= skill_files(item, f"{_OWN}/skills")
        return None


def _literal(value: str) -> str:
    """Return a value of a config that stands for this text: `$` and a `!` in front mean more to pi."""
    text = value.replace("$", "$$")
    return f"${text}" if text.startswith("!") else text
