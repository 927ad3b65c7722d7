"""A small agent as a script for the puppet: it offers tools, does what the model says, and goes on."""

from __future__ import annotations

from typing import Any

from cab_core.records import Harvest, Job, Launch

from .puppet import Puppet

SHELL = {
    "name": "bash",
    "parameters": {"properties": {"command": {"type": "string"}}, "required": ["command"]},
}
ARGV = {
    "name": "shell",
    "parameters": {"properties": {"command": {"type": "array"}}, "required": ["command"]},
}
WRITE = {
    "name": "write_file",
    "parameters": {
        "properties": {
            "file_path": {"type": "string"},
            "content": {"type": "string"},
            "reason": {"type": "string"},
        },
        "required": ["file_path", "content", "reason"],
    },
}
LOOP = r"""
import re, subprocess
def one(function, arguments):
    if "reason" in arguments or "file_path" in arguments:
        assert arguments["reason"]
        open(arguments["file_path"], "w").write(arguments["content"])
    else:
        command = arguments["command"]
        subprocess.run(command, shell=isinstance(command, str), check=True)
def blocks(text):
    for name, body in re.findall(r"^(\S+)\n```\n(.*?)\n```", text or "", re.M | re.S):
        open(name, "w").write(body + "\n")
messages = [{"role": "user", "content": "go"}]
for _ in range(20):
    reply = json.loads(call(messages=messages, tools=[{"type": "function", "function": t} for t in TOOLS]))
    message = reply["choices"][0]["message"]
    messages.append(message)
    blocks(message["content"])
    if not message.get("tool_calls"):
        break
    for asked in message["tool_calls"]:
        one(asked["function"]["name"], json.loads(asked["function"]["arguments"]))
        messages.append({"role": "tool", "tool_call_id": asked["id"], "content": "done"})
print(messages[-1]["content"])
"""


def script(*tools: dict[str, Any]) -> str:
    """Return the agent with these tools."""
    return f"TOOLS = {list(tools)!r}\n{LOOP}"


class Agent:
    """An adapter without a dialect; its CLI prints the model's last word."""

    name = "agent"
    default_version = "1"
    protocols = ("openai-chat",)

    def __init__(self, *tools: dict[str, Any]) -> None:
        self._puppet = Puppet(script(*tools))
        self.recipe, self.version_argv = self._puppet.recipe, self._puppet.version_argv

    def launch(self, job: Job) -> Launch:
        return self._puppet.launch(job)

    def harvest(self, left: Any) -> Harvest:
        return Harvest(final_message=left.stdout, finished=left.exit_code == 0)
