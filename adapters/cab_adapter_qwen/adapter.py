"""How Qwen Code is installed, started and read. Facts were seen on qwen 0.24.4."""

from __future__ import annotations

import json
from typing import Any

import attrs

from cab_core import Harvest, Job, Launch, Leftovers, Recipe
from cab_core.plugins.dialects import WriteFiles
from cab_core.plugins.messages import of_main
from cab_core.plugins.toolkit import StackEffect, json_events, last_words, skill_files
from cab_core.records import Instructions, McpServer, Skill, Step

from .events import failure, finished, shown, token_claim, transcript

_OWN, _SYSTEM = ".qwen", ".cab/qwen.json"  # below HOME
_KEY = "OPENAI_API_KEY"
# A command of our own: its name is none that a project would give to one, for the project's go first.
_NAME, _COMMAND = "given-task", "---\ndisable-model-invocation: true\n---\n{{args}}"


class Qwen:
    """Adapter of Qwen Code, which needs no login where it is given an endpoint and a key."""

    name = "qwen"
    default_version = "0.24.4"
    protocols = ("openai-chat",)
    options = {  # noqa: RUF012  JSON Schemas, by option
        "memory": {"type": "boolean"},  # after its work it asks the model what to remember; off by default
        "tool_search": {"type": "boolean"},  # false: all tools are offered at once, not when looked for
    }
    render = staticmethod(shown)

    def recipe(self, version: str) -> Recipe:
        """It says that it wants Node 22, and works on Node 20."""
        return Recipe(npm=(f"@qwen-code/qwen-code@{version}",))

    def version_argv(self) -> list[str]:
        """Print the version."""
        return ["qwen", "--version"]

    def launch(self, job: Job) -> Launch:
        """The prompt follows the name of a command of our own, whose text it is: else `@word` is looked for.

        The settings of the work dir are read, since in a directory that is not trusted it would do nothing
        without being asked. Those of the system stand above them: so ours are given as these.
        """
        stack = _Effect().apply(job.stack)
        argv = ["qwen", "--yolo", "--auth-type", "openai", "--model", job.model]
        # Of the work dir's servers none is started: those of the stack are named, or none is.
        argv += [f"--allowed-mcp-server-names={name}" for name in stack.servers or ("",)]
        files = {
            _SYSTEM: json.dumps(_settings(job, stack)),
            f"{_OWN}/commands/{_NAME}.md": _COMMAND,
        }
        if stack.texts:
            files[f"{_OWN}/QWEN.md"] = "\n\n".join(stack.texts)
        return Launch(
            argv=(*argv, "--output-format", "stream-json", *stack.argv),
            env={**_environment(job), **stack.env},
            files={**files, **stack.files},
            stdin=f"/{_NAME} {job.prompt}",
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
        )

    def dialect(self) -> WriteFiles:
        """How a scripted model edits: space is made with the shell, then one `write_file` call a file."""
        space = ("run_shell_command", "command")
        return WriteFiles(tool="write_file", path="file_path", text="content", space=space)


def _environment(job: Job) -> dict[str, str]:
    """What is set here a `.env` of the work dir does not set. No proxy is used for any address."""
    return {
        _KEY: job.token,
        "OPENAI_BASE_URL": job.endpoint,
        "OPENAI_MODEL": job.model,
        "QWEN_CODE_SYSTEM_SETTINGS_PATH": f"{job.home}/{_SYSTEM}",
        "QWEN_SANDBOX": "false",
        **dict.fromkeys(("NO_PROXY", "no_proxy"), "*"),
    }


def _settings(job: Job, stack: _Effect) -> dict[str, Any]:
    """What stands here as empty is what the work dir's settings must not say."""
    memory = bool(job.options.get("memory", False))
    return {
        "modelProviders": {"openai": [_model(job)]},
        "model": {"name": job.model},
        **dict.fromkeys(
            ("fastModel", "advisorModel", "visionModel", "compactionModel", "modelFallbacks"), ""
        ),
        "security": {"auth": {"selectedType": "openai"}, "folderTrust": {"enabled": False}},
        "privacy": {"usageStatisticsEnabled": False},
        "telemetry": {"enabled": False},
        "general": {"enableAutoUpdate": False},
        "memory": {"enableManagedAutoMemory": memory, "enableManagedAutoDream": memory},
        "tools": {
            "discoveryCommand": "",
            "callCommand": "",
            "toolSearch": {"enabled": job.options.get("tool_search", True)},
        },
        "proxy": "http://localhost",  # in place of the work dir's; the environment says: for nothing
        "mcp": {"serverCommand": ""},
        "disableAllHooks": True,
        "mcpServers": stack.servers,
    }


def _model(job: Job) -> dict[str, Any]:
    # The gateway has asked the endpoint again before it says no. Of 429 and 5xx it asks 7 times still.
    config: dict[str, Any] = {"maxRetries": 0, "samplingParams": dict(job.model_params)}
    if job.context_tokens is not None:
        config["contextWindowSize"] = job.context_tokens
    return {"id": job.model, "baseUrl": job.endpoint, "envKey": _KEY, "generationConfig": config}


@attrs.define
class _Effect(StackEffect):
    """What a stack adds to Qwen's settings and files."""

    tool_prefix = "mcp__{name}__"
    servers: dict[str, Any] = attrs.field(factory=dict)
    texts: list[str] = attrs.field(factory=list)

    def mcp(self, item: McpServer) -> str | None:
        program, *args = item.command
        server = {"command": program, "args": args, "env": item.env, "trust": True}
        # By itself it shows the model no tools of a server before the model looks for some.
        self.servers[item.name] = {**server, "alwaysLoadTools": True}
        return None

    def instructions(self, item: Instructions) -> str | None:
        self.texts.append(item.text)
        return None

    def skill(self, item: Skill) -> str | None:
        self.files |= skill_files(item, f"{_OWN}/skills")
        return None
