"""How the Copilot CLI is installed, started and read. Facts were seen on copilot 1.0.102."""

from __future__ import annotations

import json

from cab_core import Harvest, Job, Launch, Leftovers, Recipe
from cab_core.plugins.dialects import WriteFiles
from cab_core.plugins.toolkit import StackEffect, json_events, last_words, skill_files
from cab_core.records import Instructions, McpServer, Skill

from .events import failed_servers, failure, finished, shown, token_claim, transcript

_USAGE = ".copilot/usage.json"  # below HOME


class Copilot:
    """Adapter of the Copilot CLI, which needs no login where it is given an endpoint."""

    name = "copilot"
    default_version = "1.0.102"
    protocols = ("openai-chat",)
    model_params = ("reasoning_effort",)  # all that the CLI can set
    render = staticmethod(shown)

    def recipe(self, version: str) -> Recipe:
        """The program unpacks 235 MB before it does anything: once beside itself, not in every HOME."""
        return Recipe(npm=(f"@github/copilot@{version}",), env={"COPILOT_PKG_CACHE_HOME": "{prefix}/cache"})

    def version_argv(self) -> list[str]:
        """Print the version, which unpacks the program too."""
        return ["copilot", "--version"]

    def launch(self, job: Job) -> Launch:
        """Everything is said by environment and arguments; the prompt goes through standard input.

        There it is a text, whatever it begins with; copilot takes white space off its end.

        What the work dir holds (MCP servers, hooks, settings) is not loaded, for it is not trusted;
        so COPILOT_ALLOW_ALL, which trusts it, stays unset and the permissions are given one by one.
        """
        stack = _Effect().apply(job.stack)
        argv = ["copilot", "--allow-all-tools", "--allow-all-paths", "--no-color", "--output-format", "json"]
        argv += ["--usage-output-file", f"{job.home}/{_USAGE}", *_params(job), *stack.argv]
        return Launch(
            argv=tuple(argv),
            env={**_environment(job), **stack.env},
            files=stack.files,
            stdin=job.prompt,
            stack=stack.accounts,
        )

    def harvest(self, left: Leftovers) -> Harvest:
        """Read the events on stdout; tokens are in the usage file alone."""
        events = json_events(left.stdout)
        steps = transcript(events)
        done = finished(events)
        return Harvest(
            transcript=tuple(steps),
            claim=token_claim(left.read(_USAGE) or ""),
            final_message=last_words(steps),
            finished=done,
            failure=None if done else failure(events, left.stderr),
            failed_items=failed_servers(events),
        )

    def dialect(self) -> WriteFiles:
        """How a scripted model edits: space is made with `bash`, then one `create` call a file."""
        return WriteFiles(
            tool="create",
            path="path",
            text="file_text",
            space=("bash", "command"),
            space_more={"description": "Make space"},
        )


def _environment(job: Job) -> dict[str, str]:
    """Offline means: no login, no telemetry, no update, no GitHub. The key is kept from its tools' shells."""
    env = {
        "COPILOT_OFFLINE": "true",
        "COPILOT_AUTO_UPDATE": "false",
        "COPILOT_PROVIDER_BASE_URL": job.endpoint,
        "COPILOT_PROVIDER_API_KEY": job.token,
        "COPILOT_MODEL": job.model,
    }
    if job.context_tokens is not None:
        env["COPILOT_PROVIDER_MAX_PROMPT_TOKENS"] = str(job.context_tokens)
    return env


def _params(job: Job) -> list[str]:
    """Return the arguments for the model's parameters."""
    return [f"--reasoning-effort={value}" for value in job.model_params.values()]


class _Effect(StackEffect):
    """What a stack adds to copilot's arguments and files."""

    tool_prefix = "{name}-"
    tool_length = 60  # of 64: in names that are then the same, a number takes the place of the last ones

    def mcp(self, item: McpServer) -> str | None:
        path = f".cab/mcp/{item.name}.json"
        self.files[path] = json.dumps({"mcpServers": {item.name: _server(item)}})
        self.argv += ["--additional-mcp-config", f"@~/{path}"]
        return None

    def instructions(self, item: Instructions) -> str | None:
        self.files[f".copilot/instructions/{item.name}.instructions.md"] = item.text
        return None

    def skill(self, item: Skill) -> str | None:
        self.files |= skill_files(item, ".copilot/skills")
        return None


def _server(item: McpServer) -> dict[str, object]:
    program, *args = item.command
    return {"type": "local", "command": program, "args": args, "env": item.env, "tools": ["*"]}
