"""What the gateway holds in memory: `python -m tests.benchmarks.gateway_memory [--calls 20000] [--megabytes 200]`.

After so many small calls, and while so much goes to a client that reads slowly. Prints megabytes of the process.
"""

from __future__ import annotations

import argparse
import asyncio
import json

import aiohttp

from tests.benchmarks.gateway_overhead import ASK, Caller, Process, started

_EVENT = 220  # bytes, about
_PAUSE_S = 0.01  # of the slow client, for each 64 KiB


async def after_calls(client: aiohttp.ClientSession, gateway: Process, calls: int) -> list[float]:
    """Return the memory after a tenth of the calls, and at every further tenth."""
    caller, found = Caller(client, gateway), []
    for _ in range(10):
        for _ in range(calls // 200):
            await asyncio.gather(*(caller.call() for _ in range(20)))
        found.append(round(gateway.memory() / 1e6, 1))
    return found


async def slow_reader(client: aiohttp.ClientSession, gateway: Process, megabytes: int) -> tuple[float, float]:
    """Return the memory before, and the most while a stream of that size goes to a client that is slow."""
    before, most, taken = gateway.memory(), 0, 0
    body = {**ASK, "stream": True, "max_tokens": megabytes * 1_000_000 // _EVENT}
    headers = {"Authorization": f"Bearer {gateway.token}"}
    async with client.post(f"{gateway.url}/chat/completions", json=body, headers=headers) as reply:
        async for chunk in reply.content.iter_chunked(1 << 16):
            taken += len(chunk)
            most = max(most, gateway.memory())
            await asyncio.sleep(_PAUSE_S)
    assert taken > 0.8e6 * megabytes
    return round(before / 1e6, 1), round(most / 1e6, 1)


async def measure(gateway: Process, calls: int, megabytes: int) -> dict[str, object]:
    """Return both."""
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(None)) as client:
        return {
            f"MB at each tenth of {calls} calls": await after_calls(client, gateway, calls),
            f"MB before and while {megabytes} MB go to a slow client": await slow_reader(
                client, gateway, megabytes
            ),
        }


def main() -> None:
    """Measure, and print what was found as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--megabytes", type=int, default=200)
    args = parser.parse_args()
    with started("endpoint") as behind, started("gateway", behind.url) as gateway:
        print(json.dumps(asyncio.run(measure(gateway, args.calls, args.megabytes)), indent=2))


if __name__ == "__main__":
    main()
