"""Stand-ins for a CLI: a Python script that does what a test wants, and a small agent with a shell."""

from __future__ import annotations

from cab_core.plugins.protocols import Leftovers
from cab_core.plugins.toolkit import StackEffect
from cab_core.records import Harvest, Job, Launch, Recipe

REQUIRES = ("python3",)  # toolchains
# What a script may use: `call(prompt)` asks the model and returns the body of the answer.
PRELUDE = """
import json, os, sys, urllib.request, urllib.error
def call(prompt="hello", stream=False, token=None, **more):
    body = json.dumps({"model": os.environ["MODEL"], "stream": stream,
                       "messages": [{"role": "user", "content": prompt}], **more}).encode()
    request = urllib.request.Request(os.environ["ENDPOINT"] + "/chat/completions", body,
        {"Content-Type": "application/json", "Authorization": "Bearer " + (token or os.environ["TOKEN"])})
    return urllib.request.urlopen(request).read()
"""
# Offers a shell, does what the model says with it, and prints the model's last word.
_AGENT = """
import subprocess
SCHEMA = {"properties": {"command": {"type": "string"}}, "required": ["command"]}
TOOL = {"name": "bash", "parameters": SCHEMA}
messages = [{"role": "user", "content": "go"}]
while True:
    tools = [{"type": "function", "function": TOOL}]
    message = json.loads(call(messages=messages, tools=tools))["choices"][0]["message"]
    messages.append(message)
    if not message.get("tool_calls"):
        break
    for asked in message["tool_calls"]:
        command = json.loads(asked["function"]["arguments"])["command"]
        done = subprocess.run(command, shell=True, capture_output=True, text=True)
        messages.append({"role": "tool", "tool_call_id": asked["id"], "content": done.stdout + done.stderr})
print(message["content"])
"""


class ScriptAdapter:
    """An adapter without a CLI: it runs `script`, Python, in the work dir; `harvested` is what it reads.

    The script has `call()` of `PRELUDE`. It is a plugin's object like any third party's.
    """

    name = "script"
    default_version = "1"
    protocols: tuple[str, ...] = ("openai-chat",)

    def __init__(self, script: str, harvest: Harvest | None = None) -> None:
        self.script, self.harvested = script, harvest or Harvest()

    def recipe(self, version: str) -> Recipe:
        """Nothing is installed: Python is the sandbox's, see `REQUIRES`."""
        return Recipe()

    def version_argv(self) -> list[str]:
        """Return what needs no Python: where a CLI is installed there may be none."""
        return ["sh", "-c", f"echo {self.default_version}"]

    def launch(self, job: Job) -> Launch:
        """Run the script, which lies in HOME; servers, texts and skills of a stack are skipped."""
        stack = StackEffect().apply(job.stack)
        return Launch(
            argv=("python3", f"{job.home}/script.py", *stack.argv),
            env={"ENDPOINT": job.endpoint, "TOKEN": job.token, "MODEL": job.model, **stack.env},
            files={"script.py": PRELUDE + self.script, **stack.files},
            stack=stack.accounts,
        )

    def harvest(self, left: Leftovers) -> Harvest:
        """Return what the test said."""
        return self.harvested


class TinyAgent(ScriptAdapter):
    """An agent with a shell and nothing else: for tests of what is no adapter."""

    name = "tiny-agent"

    def __init__(self) -> None:
        super().__init__(_AGENT)

    def harvest(self, left: Leftovers) -> Harvest:
        """Read its last word, which is all that it prints."""
        return Harvest(final_message=left.stdout.strip() or None, finished=left.exit_code == 0)
