"""What the gateway costs, against a relay of a few lines: `python -m tests.benchmarks.gateway_overhead`.

Three processes: an endpoint, a bare aiohttp relay, the gateway. The two are asked in turn, so that whatever else the
machine does meets both. CPU seconds are those of the process alone.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import attrs
from aiohttp import web

ASK = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
WHOLE = {
    "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "hello"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 9, "completion_tokens": 1, "total_tokens": 10},
}  # fmt: skip


def _event(content: str | None, finish: str | None = None) -> bytes:
    delta = {} if content is None else {"content": content}
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    head = {
        "id": "chatcmpl-123456789",
        "object": "chat.completion.chunk",
        "created": 1700000000,
        "model": "m",
    }
    return b"data: " + json.dumps({**head, "choices": [choice]}).encode() + b"\n\n"


async def endpoint(request: web.Request) -> web.StreamResponse:
    """Answer whole, or with as many events as are asked for, as fast as they are taken."""
    asked = await request.json()
    if not asked.get("stream"):
        return web.json_response(WHOLE)
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    words = [_event(f" word{n}") for n in range(50)]
    for n in range(asked.get("max_tokens", 1)):
        await response.write(words[n % 50])
    await response.write(_event(None, "stop"))
    usage = {"prompt_tokens": 9, "completion_tokens": 5, "total_tokens": 14}
    await response.write(
        b"data: " + json.dumps({"choices": [], "model": "m", "usage": usage}).encode() + b"\n\n"
    )
    await response.write(b"data: [DONE]\n\n")
    return response


def bare_relay(target: str) -> web.Application:
    """Return a relay that passes on bytes and knows nothing."""

    async def pass_on(request: web.Request) -> web.StreamResponse:
        body = await request.read()
        headers = {"Content-Type": "application/json"}
        async with request.app["client"].post(
            f"{target}/chat/completions", data=body, headers=headers
        ) as reply:
            response = web.StreamResponse(status=reply.status, headers={"Content-Type": reply.content_type})
            await response.prepare(request)
            async for chunk in reply.content.iter_any():
                await response.write(chunk)
            return response

    async def client(app: web.Application) -> None:
        app["client"] = aiohttp.ClientSession(auto_decompress=False, connector=aiohttp.TCPConnector(limit=0))

    app = web.Application(client_max_size=64 << 20)
    app.router.add_post("/v1/chat/completions", pass_on)
    app.on_startup.append(client)
    return app


async def _serve(app: web.Application) -> None:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(json.dumps({"url": f"http://127.0.0.1:{runner.addresses[0][1]}/v1", "token": "x"}), flush=True)
    await asyncio.Event().wait()


def serve(role: str, target: str) -> None:
    """Be one of the processes, until it is ended."""
    if role == "gateway":
        _gateway(target)
    app = web.Application(client_max_size=64 << 20)
    app.router.add_post("/v1/chat/completions", endpoint)
    asyncio.run(_serve(app if role == "endpoint" else bare_relay(target)))


def _gateway(target: str) -> None:
    from cab_core.gateway.protocols.openai_chat import OpenAIChat
    from cab_core.gateway.server import Gateway
    from cab_core.gateway.session import CellSession, new_token
    from cab_core.gateway.upstream import EndpointUpstream
    from cab_core.plugins.protocols import StopSignal
    from cab_core.records import Limits

    with Gateway() as gateway, tempfile.TemporaryDirectory() as directory:
        session = CellSession(
            token=new_token(), model="m", protocol=OpenAIChat(), upstream=EndpointUpstream(target, "sk-0123456789abcdef"),
            limits=Limits(wall_s=3600, calls=None), record=Path(directory) / "calls.jsonl", stop=StopSignal(),
        )  # fmt: skip
        session.slots = asyncio.Semaphore(1000)  # of many cells at once
        gateway.open(session)
        print(json.dumps({"url": f"{gateway.url}/v1", "token": session.token}), flush=True)
        while True:
            time.sleep(60)


@attrs.frozen
class Process:
    """One of the processes."""

    url: str
    token: str
    pid: int

    def cpu(self) -> float:
        """Return the seconds of CPU that it took so far."""
        tasks = Path(f"/proc/{self.pid}/task").iterdir()  # in nanoseconds: a tick is ten calls long
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9

    def memory(self) -> int:
        """Return the bytes that it holds."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return 1024 * next(int(n.split()[1]) for n in lines if n.startswith("VmRSS"))


@contextmanager
def started(role: str, target: str = "") -> Iterator[Process]:
    """Start one of the processes."""
    argv = [sys.executable, "-m", "tests.benchmarks.gateway_overhead", "--serve", role, "--target", target]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            told = json.loads(process.stdout.readline())
            yield Process(told["url"], told["token"], process.pid)
        finally:
            process.kill()


class Caller:
    """Asks one of the two."""

    def __init__(self, client: aiohttp.ClientSession, process: Process) -> None:
        self.client, self.process = client, process
        self.headers = {"Authorization": f"Bearer {process.token}"}

    async def call(self, events: int = 0) -> tuple[float, int]:
        """Return the seconds to the first byte, and the bytes of the answer."""
        body = {**ASK, "stream": True, "stream_options": {"include_usage": True}, "max_tokens": events}
        start, first, size = time.perf_counter(), 0.0, 0
        sent = body if events else ASK
        url = f"{self.process.url}/chat/completions"
        async with self.client.post(url, json=sent, headers=self.headers) as reply:
            async for chunk in reply.content.iter_any():
                first = first or time.perf_counter() - start
                size += len(chunk)
        return first, size

    async def many(self, streams: int, events: int) -> tuple[float, float]:
        """Return seconds and CPU seconds of so many streams at once."""
        cpu, start = self.process.cpu(), time.perf_counter()
        await asyncio.gather(*(self.call(events) for _ in range(streams)))
        return time.perf_counter() - start, self.process.cpu() - cpu


async def measure(relay: Process, gateway: Process, rounds: int, events: int) -> dict[str, object]:
    """Return the figures of both, and how they stand to each other."""
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as client:
        both = {"relay": Caller(client, relay), "gateway": Caller(client, gateway)}
        for caller in both.values():
            await caller.many(4, 100)
        found: dict[str, object] = {}
        firsts = {name: [] for name in both}
        small: dict[str, list[float]] = {name: [] for name in both}
        for _ in range(rounds * 10):
            for name, caller in both.items():
                before = caller.process.cpu()
                for _ in range(10):
                    firsts[name].append((await caller.call(1))[0])
                small[name].append((caller.process.cpu() - before) / 10)
        found["first byte, ms"] = {n: _quantiles([s * 1000 for s in v]) for n, v in firsts.items()}
        found["first byte, ms more (median)"] = round(
            1000 * (statistics.median(firsts["gateway"]) - statistics.median(firsts["relay"])), 3
        )
        found["CPU ms of a small call"] = {n: _quantiles([1000 * s for s in v]) for n, v in small.items()}
        found["CPU of a small call, ratio"] = _quantiles(_ratios(small))
        wall, cpu = {n: [] for n in both}, {n: [] for n in both}
        for _ in range(max(2, rounds // 2)):
            for name, caller in both.items():
                seconds, spent = await caller.many(64, events)
                wall[name].append(seconds)
                cpu[name].append(spent)
        sent = 64 * events
        found["events a second"] = {n: round(sent / statistics.median(v)) for n, v in wall.items()}
        pairs = [r / g for r, g in zip(wall["relay"], wall["gateway"], strict=True)]
        found["throughput of 64 streams, ratio"] = _quantiles(pairs)
        found["CPU us an event"] = {n: round(1e6 * statistics.median(v) / sent, 2) for n, v in cpu.items()}
        found["CPU of an event, ratio"] = _quantiles(_ratios(cpu))
        found["memory, MB"] = {n: round(c.process.memory() / 1e6) for n, c in both.items()}
        return found


def _ratios(of: dict[str, list[float]]) -> list[float]:
    """Return the gateway's figure by the relay's, of each pair that was measured one behind the other."""
    return [g / r for r, g in zip(of["relay"], of["gateway"], strict=True)]


def _quantiles(values: list[float]) -> list[float]:
    cuts = statistics.quantiles(values, n=4) if len(values) > 1 else values * 3
    return [round(v, 3) for v in cuts]


def main() -> None:
    """Measure, and print what was found as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--serve", choices=["endpoint", "relay", "gateway"])
    parser.add_argument("--target", default="")
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--events", type=int, default=2000, help="of each of 64 streams")
    args = parser.parse_args()
    if args.serve:
        serve(args.serve, args.target)
    with (
        started("endpoint") as behind,
        started("relay", behind.url) as relay,
        started("gateway", behind.url) as gateway,
    ):
        print(json.dumps(asyncio.run(measure(relay, gateway, args.rounds, args.events)), indent=2))


if __name__ == "__main__":
    main()
