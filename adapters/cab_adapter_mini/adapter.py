"""How mini-swe-agent is installed, started and read. Facts were seen on mini-swe-agent 2.4.6."""

from __future__ import annotations

import json
from typing import Any

import attrs

from cab_core import Harvest, Job, Launch, Leftovers, Recipe
from cab_core.plugins.toolkit import StackEffect, parse
from cab_core.records import Instructions, McpServer, Skill, Step

from .dialect import Submit
from .trajectory import failure, final_message, finished, token_claim, transcript

_CONFIG, _TRAJECTORY = ".cab/config.yaml", ".cab/trajectory.json"  # below HOME
_LONGEST = 16 << 20  # bytes of a trajectory: it holds all that a command printed, twice


class Mini:
    """Adapter of mini-swe-agent, whose only tool is a shell."""

    name = "mini-swe-agent"
    default_version = "2.4.6"
    protocols = ("openai-chat",)
    options = {  # noqa: RUF012  JSON Schemas, by option
        "step_limit": {"type": "integer", "minimum": 0},
        "command_timeout_s": {"type": "integer", "minimum": 1},
    }

    def recipe(self, version: str) -> Recipe:
        """It leaves open which litellm it speaks through: that is part of what a model is sent."""
        pip = (f"mini-swe-agent=={version}", "litellm==1.110.2")
        return Recipe(pip=pip, python=">=3.10", env={"MSWEA_SILENT_STARTUP": "1"})

    def version_argv(self) -> list[str]:
        """Print the version, for which the program itself has no option."""
        return ["python", "-c", "import minisweagent; print(minisweagent.__version__)"]

    def launch(self, job: Job) -> Launch:
        """It starts in HOME: its own `mini.yaml` is looked for where it starts first.

        The prompt stands in a config of ours, whose values are no templates; there it may be of any length.
        """
        stack = _Effect().apply(job.stack)
        argv = ["mini", "--yolo", "--exit-immediately", "--config", "mini.yaml"]
        argv += ["--config", f"{job.home}/{_CONFIG}", "--output", f"{job.home}/{_TRAJECTORY}"]
        return Launch(
            argv=(*argv, *stack.argv),
            env={**_environment(job), **stack.env},
            files={_CONFIG: _ascii(_config(job, stack)), **stack.files},
            cwd=job.home,
            stack=stack.accounts,
        )

    def harvest(self, left: Leftovers) -> Harvest:
        """Read the trajectory, which is written anew after every step."""
        log = parse(left.read(_TRAJECTORY, _LONGEST) or "")
        done = finished(log)
        return Harvest(
            transcript=(Step(role="user", text=left.job.prompt), *transcript(log)),
            claim=token_claim(log),
            final_message=final_message(log),
            finished=done,
            failure=None if done else failure(log, left.stderr),
        )

    def dialect(self) -> Submit:
        """How a scripted model edits, which is by its shell, and ends the work."""
        return Submit()


def _environment(job: Job) -> dict[str, str]:
    return {
        "OPENAI_API_KEY": job.token,
        "OPENAI_BASE_URL": job.endpoint,
        "MSWEA_CONFIGURED": "true",  # else it asks its user for a model and a key
        "MSWEA_MODEL_RETRY_STOP_AFTER_ATTEMPT": "1",  # the gateway has asked the endpoint again
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # else its prices are fetched
        "TTY_INTERACTIVE": "0",  # else a wheel turns while it waits, ten times a second in the recording
    }


def _config(job: Job, stack: _Effect) -> dict[str, Any]:
    model_kwargs = {"api_base": job.endpoint, "max_retries": 0, "num_retries": 0, **job.model_params}
    agent: dict[str, Any] = {"cost_limit": 0}  # prices and limits are the cell's
    if "step_limit" in job.options:
        agent["step_limit"] = job.options["step_limit"]
    if stack.texts:
        agent["system_template"] = "\n\n".join([_SYSTEM, *(_literal(text) for text in stack.texts)])
    environment: dict[str, Any] = {"cwd": job.workdir}
    if "command_timeout_s" in job.options:
        environment["timeout"] = job.options["command_timeout_s"]
    model = {
        "model_name": f"openai/{job.model}",
        "model_kwargs": model_kwargs,
        "cost_tracking": "ignore_errors",
    }
    return {"run": {"task": job.prompt}, "agent": agent, "environment": environment, "model": model}


# Its own one, which is no more than this either, is replaced by what a stack says.
_SYSTEM = "You work for your user at a computer."


def _literal(text: str) -> str:
    """Return a template that stands for a text, whatever that holds."""
    return f"{{{{ {_ascii(text)} }}}}"


def _ascii(value: Any) -> str:
    """Return JSON that is YAML, and in templates Python, too: those know no pairs of surrogates."""
    text = json.dumps(value, ensure_ascii=False)
    return "".join(c if " " <= c <= "~" else f"\\U{ord(c):08x}" for c in text)


@attrs.define
class _Effect(StackEffect):
    """What a stack adds to what the model is told."""

    texts: list[str] = attrs.field(factory=list)

    def mcp(self, item: McpServer) -> str | None:
        return "mini-swe-agent speaks no MCP"

    def skill(self, item: Skill) -> str | None:
        return "mini-swe-agent has no skills"

    def instructions(self, item: Instructions) -> str | None:
        """It reads no file of instructions; the system's message is what its config has for them."""
        self.texts.append(item.text)
        return None
