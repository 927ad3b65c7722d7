"""How Claude Code is installed, started and read. Facts were seen on claude 2.1.197."""

from __future__ import annotations

import json
from typing import Any

import attrs

from cab_core import Harvest, Job, Launch, Leftovers, Recipe
from cab_core.plugins.messages import of_main
from cab_core.plugins.toolkit import StackEffect, json_events, last_words, skill_files
from cab_core.records import Instructions, McpServer, Skill, Step

from .dialect import WriteTool
from .events import failed_servers, failure, finished, shown, token_claim, transcript
from .prompt import said

_OWN, _SERVERS = ".claude", ".cab/mcp.json"  # below HOME
_MEMORY = "CLAUDE.md"


class Claude:
    """Adapter of Claude Code, which needs no login where it is given an endpoint and a key."""

    name = "claude"
    default_version = "2.1.197"  # the last that Node 20 is enough for
    protocols = ("anthropic-messages",)
    model_params = ("reasoning_effort", "max_tokens")  # all that the CLI can set
    render = staticmethod(shown)

    def recipe(self, version: str) -> Recipe:
        """One program, with all that it needs."""
        return Recipe(npm=(f"@anthropic-ai/claude-code@{version}",))

    def version_argv(self) -> list[str]:
        """Print the version."""
        return ["claude", "--version"]

    def launch(self, job: Job) -> Launch:
        """The prompt goes through standard input, as an event; of a file Claude reads none, so it is a pipe.

        Of the work dir no settings are read (they could send the calls elsewhere, or run hooks) and no
        servers; with the settings its CLAUDE.md is left out too, which HOME's names instead.
        """
        stack = _Effect().apply(job.stack)
        texts = [f"@{job.workdir}/{_MEMORY}"] if any(f.path == _MEMORY for f in job.files) else []
        argv = ["sh", "-c", 'cat | claude "$@"', "claude", "--print", "--verbose", "--model", job.model]
        argv += ["--input-format", "stream-json", "--output-format", "stream-json"]
        argv += ["--dangerously-skip-permissions", "--setting-sources", "user"]
        argv += ["--strict-mcp-config", "--mcp-config", f"{job.home}/{_SERVERS}"]
        files = {
            _SERVERS: json.dumps({"mcpServers": stack.servers}),
            f"{_OWN}/{_MEMORY}": "\n\n".join([*texts, *stack.texts]),
        }
        return Launch(
            argv=(*argv, *stack.argv),
            env={**_environment(job), **stack.env},
            files={**files, **stack.files},
            stdin=said(job.prompt),
            stack=stack.accounts,
        )

    def harvest(self, left: Leftovers) -> Harvest:
        """Read the events on stdout, which begin after the prompt."""
        events = json_events(left.stdout)
        done = finished(events)
        return Harvest(
            transcript=(Step(role="user", text=left.job.prompt), *transcript(events)),
            claim=token_claim(events),
            final_message=last_words(transcript(of_main(events))),
            finished=done,
            failure=None if done else failure(events, left.stderr),
            failed_items=failed_servers(events),
        )

    def dialect(self) -> WriteTool:
        """How a scripted model edits: space is made with `Bash`, then one `Write` call a file."""
        return WriteTool()


def _environment(job: Job) -> dict[str, str]:
    """Every model that Claude would choose by itself is the cell's."""
    env = {
        "ANTHROPIC_BASE_URL": job.endpoint,
        "ANTHROPIC_API_KEY": job.token,
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",  # telemetry, updates, titles
        # The gateway has asked the endpoint again before it says no; a whole answer is no other question.
        "CLAUDE_CODE_MAX_RETRIES": "0",
        "CLAUDE_CODE_DISABLE_NONSTREAMING_FALLBACK": "1",
        "IS_SANDBOX": "1",  # else it does as it is told by nobody but a user who is not root
    }
    models = ("SMALL_FAST_MODEL", *(f"DEFAULT_{size}_MODEL" for size in ("HAIKU", "SONNET", "OPUS")))
    env |= {f"ANTHROPIC_{name}": job.model for name in models}
    if job.context_tokens is not None:
        env["CLAUDE_CODE_MAX_CONTEXT_TOKENS"] = str(job.context_tokens)
    return env | {_PARAMS[name]: str(value) for name, value in job.model_params.items()}


_PARAMS = {"reasoning_effort": "CLAUDE_CODE_EFFORT_LEVEL", "max_tokens": "CLAUDE_CODE_MAX_OUTPUT_TOKENS"}


@attrs.define
class _Effect(StackEffect):
    """What a stack adds to Claude's servers and files."""

    tool_prefix = "mcp__{name}__"
    servers: dict[str, Any] = attrs.field(factory=dict)
    texts: list[str] = attrs.field(factory=list)

    def mcp(self, item: McpServer) -> str | None:
        program, *args = item.command
        self.servers[item.name] = {"type": "stdio", "command": program, "args": args, "env": item.env}
        return None

    def instructions(self, item: Instructions) -> str | None:
        self.texts.append(item.text)
        return None

    def skill(self, item: Skill) -> str | None:
        self.files |= skill_files(item, f"{_OWN}/skills")
        return None
