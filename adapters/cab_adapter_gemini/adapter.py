"""How the Gemini CLI is installed, started and read. Facts were seen on gemini 0.61.0."""

from __future__ import annotations

import json
from typing import Any

import attrs
import tomli_w

from cab_core import Harvest, Job, Launch, Leftovers, Recipe
from cab_core.plugins.dialects import WriteFiles
from cab_core.plugins.toolkit import StackEffect, json_events, skill_files
from cab_core.records import Instructions, McpServer, Skill, Step

from .events import failure, final_message, finished, said_aside, shown, token_claim
from .session import session_log, transcript

_OWN = ".gemini"  # below HOME
_WINDOW = 1_048_576  # tokens that it thinks a model takes that it does not know


class Gemini:
    """Adapter of the Gemini CLI, which needs no login where it is given an endpoint and a key."""

    name = "gemini"
    default_version = "0.61.0"
    protocols = ("gemini",)
    render = staticmethod(shown)

    def recipe(self, version: str) -> Recipe:
        """It runs on the Node of the image or machine."""
        return Recipe(npm=(f"@google/gemini-cli@{version}",))

    def version_argv(self) -> list[str]:
        """Print the version."""
        return ["gemini", "--version"]

    def launch(self, job: Job) -> Launch:
        """The prompt is a command of our own: in a text of the user's every `@word` would be looked for.

        The settings of the work dir (which could send the calls elsewhere, or run hooks) are read before the
        argument `--skip-trust` is, and left out; the variable of that meaning would let them in.
        """
        stack = _Effect().apply(job.stack)
        prompt, template = _command(job.prompt)
        argv = ["gemini", "--yolo", "--skip-trust", "--model", job.model, "--output-format", "stream-json"]
        files = {
            f"{_OWN}/settings.json": json.dumps(_settings(job, stack)),
            f"{_OWN}/commands/task.toml": tomli_w.dumps({"prompt": template}),
            f"{_OWN}/GEMINI.md": "\n\n".join(stack.texts),
        }
        return Launch(
            argv=(*argv, *stack.argv),
            env={**_environment(job), **stack.env},
            files={**files, **stack.files},
            stdin=prompt,
            stack=stack.accounts,
        )

    def harvest(self, left: Leftovers) -> Harvest:
        """Read the events on stdout, and for the transcript the session's log."""
        events = json_events(left.stdout)
        steps = transcript(session_log(left, events))
        done = finished(events)
        return Harvest(
            transcript=(Step(role="user", text=left.job.prompt), *steps, *said_aside(events)),
            claim=token_claim(events),
            final_message=None if left.stdout_cut else final_message(events),
            finished=done,
            failure=None if done else failure(events, left.stderr),
        )

    def dialect(self) -> WriteFiles:
        """How a scripted model edits: one `write_file` call a file."""
        return WriteFiles(tool="write_file", path="file_path", text="content")


def _command(prompt: str) -> tuple[str, str]:
    """Return what is typed to run the command, and the command's text.

    In that text `!{` would run something, `@{` read a file, and `{{args}}` is what was typed after the
    command's name. The first of them that the prompt holds is put in as such; a second kind cannot be, and is
    taken for what it is there.
    """
    mark = next((m for m in ("!{", "@{", "{{args}}") if m in prompt), None)
    return ("/task", prompt) if mark is None else (f"/task {mark}", prompt.replace(mark, "{{args}}"))


def _environment(job: Job) -> dict[str, str]:
    """What is set here, if to nothing, a `.env` of the work dir does not set."""
    proxies = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
    return {
        "GEMINI_API_KEY": job.token,
        "GOOGLE_GEMINI_BASE_URL": job.endpoint,
        "GEMINI_SANDBOX": "false",
        "GEMINI_TELEMETRY_ENABLED": "false",
        **dict.fromkeys(proxies, ""),
    }


def _settings(job: Job, stack: _Effect) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "security": {"auth": {"selectedType": "gemini-api-key"}},
        "privacy": {"usageStatisticsEnabled": False},
        "general": {
            "enableAutoUpdate": False,
            "enableAutoUpdateNotification": False,
            "maxAttempts": 1,  # the gateway has asked the endpoint again before it says no
            "retryFetchErrors": False,
        },
        # What it asks aside (summaries, searches, corrections) would go to models of Google's.
        "modelConfigs": {
            "customAliases": {name: {"modelConfig": {"model": job.model}} for name in _ASIDE},
            "customOverrides": [
                {
                    "match": {"model": job.model},
                    "modelConfig": {"generateContentConfig": _named(job)},
                }
            ],
        },
        "mcpServers": stack.servers,
    }
    if job.context_tokens is not None:
        # By itself it shortens a conversation when half of the window is full.
        settings["model"] = {"compressionThreshold": job.context_tokens / _WINDOW / 2}
    return settings


def _named(job: Job) -> dict[str, Any]:
    """Return the model parameters by Google's names; under those that are alike everywhere it knows few."""
    return {_NAMES.get(name, name): value for name, value in job.model_params.items()}


_NAMES = {
    "max_tokens": "maxOutputTokens",
    "top_p": "topP",
    "top_k": "topK",
    "stop": "stopSequences",
    "frequency_penalty": "frequencyPenalty",
    "presence_penalty": "presencePenalty",
}
_ASIDE = (
    "chat-compression-default", "edit-corrector", "llm-edit-fixer", "loop-detection",
    "loop-detection-double-check", "next-speaker-checker", "summarizer-default", "summarizer-shell",
    "web-fetch", "web-fetch-fallback", "web-search",
)  # fmt: skip


@attrs.define
class _Effect(StackEffect):
    """What a stack adds to Gemini's settings and files."""

    tool_prefix = "mcp_{name}_"
    tool_length = 30  # of a name of more than 63 the middle is left out
    servers: dict[str, Any] = attrs.field(factory=dict)
    texts: list[str] = attrs.field(factory=list)

    def mcp(self, item: McpServer) -> str | None:
        program, *args = item.command
        self.servers[item.name] = {"command": program, "args": args, "env": item.env, "trust": True}
        return None

    def instructions(self, item: Instructions) -> str | None:
        self.texts.append(item.text)
        return None

    def skill(self, item: Skill) -> str | None:
        self.files |= skill_files(item, f"{_OWN}/skills")
        return None
