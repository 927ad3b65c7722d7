"""One run of a real CLI, from its adapter's launch, against an endpoint: what the gateway would see."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from cab_core.plugins.protocols import Adapter, Leftovers, StopSignal
from cab_core.plugins.registry import Plugins
from cab_core.records import Harvest, Installation, Job, Process, Sandbox, StackItem, WorkFile
from tests.conftest import Cab
from tests.support.endpoint import Endpoint
from tests.support.spoken import origin_of

# A server of the Model Context Protocol with one tool, `echo` if no variable says otherwise.
MCP_SERVER = (sys.executable, "-c", '''
import json, os, sys
for line in sys.stdin:
    asked = json.loads(line)
    name = os.environ.get("TOOL", "echo")
    tool = {"name": name, "description": os.environ["PROBE"], "inputSchema": {"type": "object", "properties": {}}}
    able = {kind: {} for kind in os.environ.get("ABLE", "tools").split()}
    about = {"protocolVersion": "2024-11-05", "capabilities": able,
             "serverInfo": {"name": "probe", "version": "1"}}
    answers = {"initialize": about, "tools/list": {"tools": [tool]}}
    if "id" in asked:
        answer = answers.get(asked["method"], {})
        print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": answer}), flush=True)
''')  # fmt: skip


# What must be called to tell a CLI the end, where an answer without a call is none to it.
ENDS = {"mini-swe-agent": ("bash", '{"command": "echo COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT"}')}


class Said:
    """Everything that a process printed, by channel."""

    def __init__(self) -> None:
        self.stdout, self.stderr = bytearray(), bytearray()

    def feed(self, channel: str, data: bytes) -> None:
        """Take a piece."""
        getattr(self, channel).extend(data)


def drive(
    adapter: Adapter,
    installation: Installation,
    endpoint: Endpoint,
    root: Path,
    stack: tuple[StackItem, ...] = (),
    prompt: str = 'Look at "it".',
    files: tuple[str, ...] = (),
) -> Harvest:
    """Run the CLI once in a fresh HOME below `root`; `root/work` may hold files, which `files` tells it of."""
    for name in ("work", "home", "tmp"):
        (root / name).mkdir(exist_ok=True)
    protocol, endpoint.ends = adapter.protocols[0], ENDS.get(adapter.name)
    job = Job(
        prompt=prompt, model="served-1", endpoint=origin_of(protocol, endpoint.url), token="T-0123",
        home=str(root / "home"), workdir=str(root / "work"), deadline_s=100, stack=stack, protocol=protocol,
        files=tuple(WorkFile(path=name, size=1, text=True) for name in files),
    )  # fmt: skip
    launch = adapter.launch(job)
    (root / "stdin").write_bytes((launch.stdin or "").encode())
    for path, text in launch.files.items():
        (root / "home" / path).parent.mkdir(parents=True, exist_ok=True)
        (root / "home" / path).write_bytes(text.encode())
    process = Process(
        argv=launch.argv, cwd=launch.cwd or job.workdir, env=launch.env, stdin=str(root / "stdin"), timeout_s=100,
        tty=True,
    )  # fmt: skip
    said = Said()
    sandbox = Sandbox(scratch=str(root), mounts={}, role="agent", installation=installation)
    ended = Plugins().runtime("local").run(sandbox, process, said, StopSignal())
    left = Leftovers(
        job=job, home=root / "home", exit_code=ended.exit_code, stdout=said.stdout.decode(),
        stderr=said.stderr.decode(),
    )  # fmt: skip
    return adapter.harvest(left)


def tools(request: dict) -> dict[str, str]:
    """Return the tools that a request offers, with their descriptions."""
    return {t["function"]["name"]: t["function"]["description"] for t in request["tools"]}


TRAP = """
schema_version = 1
title = "t"
prompt = "p"
expected_files = ["a.txt"]
[grade]
[[grade.commands]]
argv = ["grep", "-q", "good", "a.txt"]
"""


def in_a_trap(cab: Cab, root: Path, tui: str, hostile: dict[str, str]) -> Any:
    """Run a cell of the scripted oracle on a task whose work dir holds hostile files; return its `cell.json`."""
    files = {
        "pack.toml": 'schema_version = 1\nname = "trap"\nversion = "1"\ntitle = "t"\n',
        "one/task.toml": TRAP,
    }
    files |= {"one/workdir/a.txt": "bad\n", "one/solution/a.txt": "good\n"}
    files |= {f"one/workdir/{name}": text for name, text in hostile.items()}
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    chosen = ("--tui", tui, "--model", "scripted:oracle", "--task", "trap/one", "--wall", "100")
    return cab.json("run-cell", *chosen, "--pack", str(root), "--json")
