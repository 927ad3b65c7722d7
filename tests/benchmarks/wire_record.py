"""What the wire record costs the gateway: `python -m tests.benchmarks.wire_record`.

Two gateways before one endpoint, with a record and without, are asked in turn. CPU is that of the process alone.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
from aiohttp import web

from cab_core.records.wire import WIRE_FILE

from .gateway_overhead import WHOLE, Process, _event

KEY = "sk-proj-" + "Ab3dEf6hIj9lMn2pQr5tUv8x"
EVENTS = 300  # of a turn
PREFIX = 150_000  # bytes of the conversation before the first turn
SHAPES = ("small call", "turn", "burst")


async def endpoint(request: web.Request) -> web.StreamResponse:
    """Answer whole, or with events: one a millisecond, or as fast as they are taken."""
    asked = json.loads(await request.read())
    if not asked.get("stream"):
        return web.json_response(WHOLE)
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    for n in range(asked["max_tokens"]):
        await response.write(_event(f" word{n % 50}"))
        if asked["temperature"]:
            await asyncio.sleep(0.001)
    await response.write(_event(None, "stop"))
    usage = {"prompt_tokens": 9, "completion_tokens": 5, "total_tokens": 14}
    await response.write(b"data: " + json.dumps({"choices": [], "usage": usage}).encode() + b"\n\n")
    await response.write(b"data: [DONE]\n\n")
    return response


async def _serve_endpoint() -> None:
    app = web.Application(client_max_size=64 << 20)
    app.router.add_post("/v1/chat/completions", endpoint)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(json.dumps({"url": f"http://127.0.0.1:{runner.addresses[0][1]}/v1", "token": ""}), flush=True)
    await asyncio.Event().wait()


def _serve_gateway(target: str, directory: Path, record: bool) -> None:
    from cab_core.gateway.protocols.openai_chat import OpenAIChat
    from cab_core.gateway.server import Gateway
    from cab_core.gateway.session import CellSession, new_token
    from cab_core.gateway.upstream import CREDENTIALS, EndpointUpstream
    from cab_core.plugins.protocols import StopSignal
    from cab_core.records import Limits
    from cab_core.run.secrets import redactor_of
    from cab_core.wire.writer import WireWriter

    protocol, token = OpenAIChat(), new_token()
    wire = (
        WireWriter(
            directory / WIRE_FILE,
            "cell",
            "m",
            protocol,
            redactor_of([KEY], token),
            CREDENTIALS,
        )
        if record
        else None
    )
    with Gateway() as gateway:
        session = CellSession(
            token=token, model="m", protocol=protocol, upstream=EndpointUpstream(target, KEY),
            limits=Limits(wall_s=3600, calls=None), record=directory / "calls.jsonl", stop=StopSignal(),
            wire=wire,
        )  # fmt: skip
        gateway.open(session)
        print(json.dumps({"url": f"{gateway.url}/v1", "token": token}), flush=True)
        while True:
            time.sleep(60)


@contextmanager
def started(*argv: str) -> Iterator[Process]:
    """Start one of the processes."""
    command = [sys.executable, "-m", "tests.benchmarks.wire_record", *argv]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            told = json.loads(process.stdout.readline())
            yield Process(told["url"], told["token"], process.pid)
        finally:
            process.kill()


class Caller:
    """A conversation that grows by each turn."""

    def __init__(self, client: aiohttp.ClientSession, process: Process) -> None:
        self.client, self.process = client, process
        self.messages = [{"role": "user", "content": secrets.token_hex(PREFIX // 2)}]

    async def calls(self, shape: str, n: int) -> float:
        """Make calls, one after the other; return the seconds of CPU of each."""
        before = self.process.cpu()
        for _ in range(n):
            await self._call(shape)
        return (self.process.cpu() - before) / n

    async def _call(self, shape: str) -> None:
        body: dict[str, object] = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
        if shape == "turn":
            self.messages.append({"role": "assistant", "content": secrets.token_hex(200)})
            self.messages.append({"role": "tool", "content": secrets.token_hex(400)})
            body |= {"messages": self.messages}
        if shape != "small call":
            events = EVENTS if shape == "turn" else 2000
            body |= {"stream": True, "max_tokens": events, "temperature": int(shape == "turn")}
            body |= {"stream_options": {"include_usage": True}}
        headers = {"Authorization": f"Bearer {self.process.token}"}
        url = f"{self.process.url}/chat/completions"
        async with self.client.post(url, json=body, headers=headers) as reply:
            async for _ in reply.content.iter_any():
                pass


async def measure(plain: Process, recording: Process, rounds: int) -> dict[str, object]:
    """Return the CPU of each shape of call with a record and without."""
    found: dict[str, object] = {}
    async with aiohttp.ClientSession(read_bufsize=1 << 20) as client:
        both = {"plain": Caller(client, plain), "recording": Caller(client, recording)}
        for shape in SHAPES:
            n = {"small call": 200, "turn": 12, "burst": 12}[shape]
            cpu: dict[str, list[float]] = {name: [] for name in both}
            for _ in range(rounds):
                for name, caller in both.items():
                    cpu[name].append(await caller.calls(shape, n))
            ms = {name: round(1000 * statistics.median(v), 3) for name, v in cpu.items()}
            ratio = sum(cpu["recording"]) / sum(cpu["plain"])
            found[shape] = {"CPU ms a call": ms, "ratio": round(ratio, 3)}
    return found


def main() -> None:
    """Measure, and print what was found as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--serve", choices=["endpoint", "plain", "recording"])
    parser.add_argument("--target", default="")
    parser.add_argument("--directory", type=Path, default=Path())
    parser.add_argument("--rounds", type=int, default=8)
    args = parser.parse_args()
    if args.serve == "endpoint":
        asyncio.run(_serve_endpoint())
    if args.serve:
        _serve_gateway(args.target, args.directory, args.serve == "recording")
    with tempfile.TemporaryDirectory() as directory, started("--serve", "endpoint") as behind:
        to = ["--target", behind.url, "--directory"]
        (Path(directory) / "plain").mkdir()
        with (
            started("--serve", "plain", *to, f"{directory}/plain") as plain,
            started("--serve", "recording", *to, directory) as recording,
        ):
            found = asyncio.run(measure(plain, recording, args.rounds))
            found["bytes of the record"] = (Path(directory) / WIRE_FILE).stat().st_size
            print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
