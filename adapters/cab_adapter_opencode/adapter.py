"""How opencode is installed, started and read. Facts were seen on opencode 1.18.33."""

from __future__ import annotations

import json
from typing import Any, ClassVar

import attrs

from cab_core import Harvest, Job, Launch, Leftovers, Recipe
from cab_core.plugins.dialects import WriteFiles
from cab_core.plugins.toolkit import StackEffect, json_events, last_words, skill_files
from cab_core.records import Instructions, McpServer, Skill, Step, TokenClaim

from .events import failed_servers, failure, finished, shown, token_claim, transcript

# Below HOME. It does not lie in opencode's own directory, so that a stack may put one there.
_CONFIG = ".cab/opencode.json"


class Opencode:
    """Adapter of opencode, and of what was made of it: a subclass says what is called otherwise.

    `program`: also the directory in `~/.config`. `quiet`: variables without their beginning, which is the
    program's name. `library`: the package that it installs into that directory.
    """

    name = "opencode"
    default_version = "1.18.33"
    program: ClassVar[str] = "opencode"
    library: ClassVar[str] = "@opencode-ai/plugin"
    # The work dir's opencode.json and .opencode could send the calls elsewhere or run plugins: they are not
    # read. Language servers, the list of models and updates would come from the network.
    quiet: ClassVar[dict[str, str]] = {
        f"DISABLE_{name}": "1" for name in ("PROJECT_CONFIG", "LSP_DOWNLOAD", "MODELS_FETCH", "AUTOUPDATE")
    }
    protocols = ("openai-chat",)
    render = staticmethod(shown)

    def recipe(self, version: str) -> Recipe:
        """Its glob and grep run `rg` of the PATH; without one they load it from the network when used."""
        return Recipe(npm=(f"opencode-ai@{version}", *RIPGREP), path=RIPGREP_PATH)

    def version_argv(self) -> list[str]:
        """Print the version."""
        return [self.program, "--version"]

    def launch(self, job: Job) -> Launch:
        """As an argument the prompt would arrive in quotation marks; the title saves a call for one."""
        own = f".config/{self.program}"
        stack = _Effect(own=own).apply(job.stack)
        variables = {"CONFIG": f"{job.home}/{_CONFIG}", **self.quiet}
        return Launch(
            argv=(self.program, "run", "--format", "json", "--thinking", "--title", "cab", *stack.argv),
            env={**{f"{self.program.upper()}_{k}": v for k, v in variables.items()}, **stack.env},
            files={_CONFIG: json.dumps(_config(job, stack)), **_installed(own, self.library), **stack.files},
            stdin=job.prompt,
            stack=stack.accounts,
            own_tools=_OWN_TOOLS,
        )

    def harvest(self, left: Leftovers) -> Harvest:
        """Read the events on stdout, which begin after the prompt."""
        events = json_events(left.stdout)
        steps = transcript(events)
        done = finished(events)
        return Harvest(
            transcript=(Step(role="user", text=left.job.prompt), *steps),
            claim=TokenClaim() if left.stdout_cut else token_claim(left.stdout, events, self.program),
            final_message=last_words(steps),
            finished=done,
            failure=None if done else failure(events, left.stderr),
            failed_items=failed_servers(left.read(f".local/share/{self.program}/log/{self.program}.log")),
        )

    def dialect(self) -> WriteFiles:
        """How a scripted model edits: one `write` call a file."""
        return WriteFiles(tool="write", path="filePath", text="content")


# Those with an underscore, as between a server and its tool; it offers the first three where any server of
# the stack has resources.
_OWN_TOOLS = (
    "list_mcp_resources", "list_mcp_resource_templates", "read_mcp_resource",
    "apply_patch", "plan_enter", "plan_exit",
)  # fmt: skip

RIPGREP = ("@vscode/ripgrep@1.18.0",)
RIPGREP_PATH = tuple(f"npm/node_modules/@vscode/ripgrep-linux-{arch}/bin" for arch in ("x64", "arm64"))


def _installed(own: str, library: str) -> dict[str, str]:
    """At every start it installs its plugin library into its config directory.

    Where a plugin lies there it waits for that: 73 s without a network. A lock file that names the library
    makes it content.
    """
    lock = {"packages": {"": {"dependencies": {library: "*"}}}}
    return {f"{own}/package-lock.json": json.dumps(lock), f"{own}/node_modules/.keep": ""}


def _config(job: Job, stack: _Effect) -> dict[str, Any]:
    access = {"options": {"baseURL": job.endpoint, "apiKey": job.token}, "models": {job.model: _model(job)}}
    return {
        "provider": {"cab": {"npm": "@ai-sdk/openai-compatible", **access}},  # comes with opencode
        "enabled_providers": ["cab"],
        "model": f"cab/{job.model}",
        "share": "disabled",
        "permission": {"*": "allow"},  # nobody is there to be asked
        # With the project's config its instructions are left out too. One that is not there does no harm.
        "instructions": [f"{job.workdir}/AGENTS.md", *stack.texts],
        "mcp": stack.servers,
    }


def _model(job: Job) -> dict[str, Any]:
    model: dict[str, Any] = {"options": dict(job.model_params)}
    if job.context_tokens is not None:
        # opencode wants both; it keeps the output's share free when it shortens a conversation.
        model["limit"] = {"context": job.context_tokens, "output": min(32_000, job.context_tokens // 4)}
    return model


@attrs.define
class _Effect(StackEffect):
    """What a stack adds to opencode's config. `own`: its directory below HOME."""

    tool_prefix = "{name}_"
    own: str = ""
    servers: dict[str, Any] = attrs.field(factory=dict)
    texts: list[str] = attrs.field(factory=list)

    def mcp(self, item: McpServer) -> str | None:
        server = {"type": "local", "command": item.command, "environment": item.env, "enabled": True}
        # By itself opencode goes on without a server that has not started after 5 s.
        self.servers[item.name] = {**server, "timeout": 60_000}
        return None

    def instructions(self, item: Instructions) -> str | None:
        self.files[f".cab/instructions/{item.name}.md"] = item.text
        self.texts.append(f"~/.cab/instructions/{item.name}.md")
        return None

    def skill(self, item: Skill) -> str | None:
        self.files |= skill_files(item, f"{self.own}/skill")
        return None
