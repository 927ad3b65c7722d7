"""How Continue is installed, started and read. Facts were seen on cn 1.5.47."""

from __future__ import annotations

import json
from typing import Any

import attrs

from cab_core import Harvest, Job, Launch, Leftovers, Recipe
from cab_core.plugins.dialects import WriteFiles
from cab_core.plugins.toolkit import StackEffect, skill_files
from cab_core.records import Instructions, McpServer, Skill, Step

from .session import failed_servers, failure, last_word, read_session, token_claim, transcript

_OWN = ".continue"  # below HOME
_TOKEN = "CAB_TOKEN"  # the variable that the config names


class Continue:
    """Adapter of Continue's CLI, which needs no login where its config names an endpoint."""

    name = "continue"
    default_version = "1.5.47"
    protocols = ("openai-chat",)

    def recipe(self, version: str) -> Recipe:
        """It runs on the Node of the image or machine."""
        return Recipe(npm=(f"@continuedev/cli@{version}",))

    def version_argv(self) -> list[str]:
        """Print the version."""
        return ["cn", "--version"]

    def launch(self, job: Job) -> Launch:
        """The prompt goes through standard input, where it is no command, less white space at its ends.

        JSON as its output format would ask the model for JSON: so it prints its last word alone.
        """
        stack = _Effect().apply(job.stack)
        files = {
            f"{_OWN}/config.yaml": json.dumps(_config(job, stack)),  # which is YAML too
            f"{_OWN}/settings.json": json.dumps({"disableAllHooks": True}),
        }
        return Launch(
            argv=(
                "cn",
                "--print",
                "--auto",
                "--config",
                f"{job.home}/{_OWN}/config.yaml",
                *stack.argv,
            ),
            env={**_environment(job), **stack.env},
            files={**files, **stack.files},
            stdin=job.prompt,
            stack=stack.accounts,
        )

    def harvest(self, left: Leftovers) -> Harvest:
        """Read the session's file, which is written when the model has answered."""
        session = read_session(left)
        word = last_word(session)
        done = left.exit_code == 0 and word is not None
        steps = transcript(session) or [Step(role="user", text=left.job.prompt)]
        return Harvest(
            transcript=tuple(steps),
            claim=token_claim(session),
            final_message=word if done else None,
            finished=done,
            failure=None if done else failure(left.stderr),
            failed_items={} if done else failed_servers(left.stderr, left.job.stack),
        )

    def dialect(self) -> WriteFiles:
        """How a scripted model edits: one `Write` call a file."""
        return WriteFiles(tool="Write", path="filepath", text="content")


# What is set, if to nothing, a `.env` of the work dir does not set: proxies, where telemetry goes, and what
# would have it read no prompt.
_UNSET = (
    "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_METRICS_EXPORTER", "CONTINUE_REMOTE", "CONTINUE_USE_BEDROCK",
    "CONTINUE_CLI_TEST", "NODE_ENV", "VITEST", "FORCE_NO_TTY", "CI",
)  # fmt: skip


def _environment(job: Job) -> dict[str, str]:
    return {
        **dict.fromkeys(_UNSET, ""),
        _TOKEN: job.token,
        "CONTINUE_GLOBAL_DIR": f"{job.home}/{_OWN}",
        "CONTINUE_API_BASE": "http://localhost:9/",  # of its own service, which nothing here needs
        "CONTINUE_CLI_ENABLE_TELEMETRY": "0",
        "CONTINUE_METRICS_ENABLED": "0",
    }


def _config(job: Job, stack: _Effect) -> dict[str, Any]:
    model: dict[str, Any] = {
        "name": "cab",
        "provider": "openai",
        "model": job.model,
        "apiBase": job.endpoint,
        "apiKey": f"${{{{ secrets.{_TOKEN} }}}}",
        "roles": ["chat"],
        "capabilities": ["tool_use"],
        "requestOptions": {"extraBodyProperties": dict(job.model_params)},
    }
    if job.context_tokens is not None:
        model["defaultCompletionOptions"] = {"contextLength": job.context_tokens}
    about = {"name": "cab", "version": "1.0.0", "schema": "v1"}
    return {**about, "models": [model], "mcpServers": stack.servers, "rules": stack.texts}


@attrs.define
class _Effect(StackEffect):
    """What a stack adds to Continue's config and files. Tools of servers have their own names."""

    servers: list[dict[str, Any]] = attrs.field(factory=list)
    texts: list[str] = attrs.field(factory=list)

    def mcp(self, item: McpServer) -> str | None:
        program, *args = item.command
        self.servers.append({"name": item.name, "command": program, "args": args, "env": item.env})
        return None

    def instructions(self, item: Instructions) -> str | None:
        self.texts.append(item.text)
        return None

    def skill(self, item: Skill) -> str | None:
        self.files |= skill_files(item, f"{_OWN}/skills")
        return None
