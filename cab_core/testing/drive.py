"""One run of a real CLI, from its adapter's launch, against an endpoint: what the gateway would see."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from cab_core.plugins.protocols import Adapter, Leftovers, StopSignal
from cab_core.plugins.registry import Plugins
from cab_core.records import Harvest, Installation, Job, Process, Sandbox, StackItem, WorkFile

from .endpoint import Endpoint
from .spoken import origin_of

PROMPT = 'Look at "it".'
TIMEOUT_S = 100
# A server of the Model Context Protocol with one tool, `echo` if no variable says otherwise.
MCP_SERVER = (sys.executable, "-c", '''
import json, os, sys
for line in sys.stdin:
    asked = json.loads(line)
    name = os.environ.get("TOOL", "echo")
    schema = {"type": "object", "properties": {}}
    tool = {"name": name, "description": os.environ["PROBE"], "inputSchema": schema}
    able = {kind: {} for kind in os.environ.get("ABLE", "tools").split()}
    about = {"protocolVersion": "2024-11-05", "capabilities": able,
             "serverInfo": {"name": "probe", "version": "1"}}
    answers = {"initialize": about, "tools/list": {"tools": [tool]}}
    if "id" in asked:
        answer = answers.get(asked["method"], {})
        print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": answer}), flush=True)
''')  # fmt: skip


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
    prompt: str = PROMPT,
    files: tuple[str, ...] = (),
    plugins: Plugins | None = None,
) -> Harvest:
    """Run the CLI once in a HOME below `root`; `root/work` may hold files, which `files` tells it of."""
    plugins = plugins or Plugins()
    for name in ("work", "home", "tmp"):
        (root / name).mkdir(exist_ok=True)
    protocol = plugins.protocol(adapter.protocols[0])
    job = Job(
        prompt=prompt, model="served-1", endpoint=origin_of(protocol, endpoint.url), token="T-0123",
        home=str(root / "home"), workdir=str(root / "work"), deadline_s=TIMEOUT_S, stack=stack,
        protocol=protocol.name, files=tuple(WorkFile(path=name, size=1, text=True) for name in files),
    )  # fmt: skip
    endpoint.ends = told_the_end(adapter, endpoint.reply)
    said, sandbox = Said(), Sandbox(scratch=str(root), mounts={}, role="agent", installation=installation)
    ended = plugins.runtime("local").run(sandbox, _process(adapter, job, root), said, StopSignal())
    left = Leftovers(
        job=job, home=root / "home", exit_code=ended.exit_code, stdout=said.stdout.decode(errors="replace"),
        stderr=said.stderr.decode(errors="replace"),
    )  # fmt: skip
    return adapter.harvest(left)


def _process(adapter: Adapter, job: Job, root: Path) -> Process:
    """Return the CLI as a process, its files written."""
    launch = adapter.launch(job)
    (root / "stdin").write_bytes((launch.stdin or "").encode())
    for path, text in launch.files.items():
        (root / "home" / path).parent.mkdir(parents=True, exist_ok=True)
        (root / "home" / path).write_bytes(text.encode())
    return Process(
        argv=launch.argv, cwd=launch.cwd or job.workdir, env=launch.env, stdin=str(root / "stdin"),
        timeout_s=TIMEOUT_S, tty=True,
    )  # fmt: skip


def told_the_end(adapter: Adapter, reply: str = "done") -> tuple[str, str] | None:
    """Return the tool and its arguments by which a CLI must be told the end, or None: see `Dialect.done`."""
    job = Job(prompt="", model="", endpoint="", token="", home="/h", workdir="/w", deadline_s=1)
    dialect: Any = adapter.dialect() if hasattr(adapter, "dialect") else None
    if not hasattr(dialect, "done"):
        return None
    tool = dialect.done(reply, {"messages": [], "tools": []}, job).tool
    return (tool[0], json.dumps(tool[1])) if tool else None


def tools(request: dict[str, Any]) -> dict[str, str]:
    """Return the tools that a request in the form of chat completions offers, with their descriptions."""
    offered = (t.get("function") or {} for t in request.get("tools") or ())
    return {t["name"]: t.get("description") or "" for t in offered}
