"""How codex is installed, started and read. Facts were seen on codex 0.169.0."""

from __future__ import annotations

from typing import Any

import attrs
import tomli_w

from cab_core import Harvest, Job, Launch, Leftovers, Recipe
from cab_core.plugins.toolkit import StackEffect, json_events, last_words, skill_files
from cab_core.records import Instructions, McpServer, Skill, StackItem, Step, TokenClaim

from .dialect import Patch
from .events import failure, finished, shown, token_claim, transcript

_OWN = ".codex"  # below HOME
_TOKEN = "CAB_TOKEN"  # the variable that codex is told to take the key from


class Codex:
    """Adapter of codex, which speaks responses and nothing else."""

    name = "codex"
    default_version = "0.169.0"
    protocols = ("openai-responses",)
    model_params = ("reasoning_effort", "verbosity")  # all that the CLI can set
    render = staticmethod(shown)

    def recipe(self, version: str) -> Recipe:
        """One program, with all that it needs."""
        return Recipe(npm=(f"@openai/codex@{version}",))

    def version_argv(self) -> list[str]:
        """Print the version."""
        return ["codex", "--version"]

    def launch(self, job: Job) -> Launch:
        """The prompt goes through standard input, where it is a text whatever it begins with.

        A `.codex` of the work dir is not loaded, for that directory is not trusted; its AGENTS.md is read.
        """
        stack = _Effect().apply(job.stack)
        files = {f"{_OWN}/config.toml": tomli_w.dumps(_config(job, stack))}
        if stack.texts:
            files[f"{_OWN}/AGENTS.md"] = "\n\n".join(stack.texts)
        return Launch(
            argv=("codex", "exec", "--json", "--skip-git-repo-check", *stack.argv, "-"),
            env={_TOKEN: job.token, **stack.env},
            files={**files, **stack.files},
            stdin=job.prompt,
            stack=stack.accounts,
        )

    def harvest(self, left: Leftovers) -> Harvest:
        """Read the events on stdout, which begin after the prompt."""
        events = json_events(left.stdout)
        steps = transcript(events)
        done = finished(events)
        return Harvest(
            transcript=(Step(role="user", text=left.job.prompt), *steps),
            claim=TokenClaim() if left.stdout_cut else token_claim(events),
            final_message=last_words(steps),
            finished=done,
            failure=None if done else failure(events, left.stderr),
        )

    def dialect(self) -> Patch:
        """How a scripted model edits: by patches, which codex takes out of its shell tool."""
        return Patch()


def _config(job: Job, stack: _Effect) -> dict[str, Any]:
    access = {"name": "cab", "base_url": job.endpoint, "env_key": _TOKEN, "wire_api": "responses"}
    config: dict[str, Any] = {
        "model": job.model,
        "model_provider": "cab",
        # The gateway has asked the endpoint again before it says no.
        "model_providers": {"cab": {**access, "request_max_retries": 0, "stream_max_retries": 0}},
        "approval_policy": "never",  # nobody is there to be asked
        "sandbox_mode": "danger-full-access",  # a sandbox is around codex, and no other fits into it
        "web_search": "disabled",  # it would be the endpoint's, past the seal
        # What follows would look up addresses when codex starts and when it ends.
        "check_for_update_on_startup": False,
        "analytics": {"enabled": False},
        "features": {"plugins": False, "apps": False},
        "agents": {
            "default": {"description": "Default agent.", "nickname_candidates": ["Agent"]}
        },  # else one at random, and no run is like another
        "mcp_servers": stack.servers,
        **{f"model_{name}": value for name, value in job.model_params.items()},
    }
    if job.context_tokens is not None:
        config["model_context_window"] = job.context_tokens
    return config


@attrs.define
class _Effect(StackEffect):
    """What a stack adds to codex's config."""

    tool_prefix = "mcp__{name}__"
    servers: dict[str, Any] = attrs.field(factory=dict)
    texts: list[str] = attrs.field(factory=list)

    def prefix_of(self, item: StackItem) -> str | None:
        """In the names of tools codex has no hyphens."""
        prefix = super().prefix_of(item)
        return prefix and prefix.replace("-", "_")

    def mcp(self, item: McpServer) -> str | None:
        program, *args = item.command
        server = {"command": program, "args": args, "env": item.env}
        # By itself codex goes on without a server that has not started after 10 s.
        self.servers[item.name] = {**server, "startup_timeout_sec": 60}
        return None

    def instructions(self, item: Instructions) -> str | None:
        self.texts.append(item.text)
        return None

    def skill(self, item: Skill) -> str | None:
        self.files |= skill_files(item, f"{_OWN}/skills")
        return None
