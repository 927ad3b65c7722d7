"""Many cells with limits beside an endpoint that throttles: none goes beyond its own but for the call under way."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cab_core.gateway import relay
from cab_core.gateway.price import Price
from cab_core.gateway.server import Gateway
from cab_core.gateway.session import CellSession, new_token
from cab_core.gateway.upstream import EndpointUpstream
from cab_core.plugins.protocols import StopSignal
from cab_core.records import Limits
from tests.gateway.conftest import ASK, STREAM, Client
from tests.support.endpoint import KEY, Endpoint
from tests.support.wire import CHAT

TOKENS = 1050  # of each answer of the endpoint
USD = (1000 * 1.0 + 50 * 2.0) / 1e6
KINDS = (
    Limits(wall_s=60, calls=7),
    Limits(wall_s=60, calls=10_000, tokens=5 * TOKENS - 1),
    Limits(wall_s=60, calls=10_000, usd=6.5 * USD),
    Limits(wall_s=60, calls=4, tokens=100 * TOKENS, usd=1.0),
)
MOST = (7, 5, 7, 4)  # calls that are answered; tokens and dollars let the call end that crosses the line


@contextmanager
def cells(tmp_path: Path, endpoint: Endpoint, n: int) -> Iterator[list[Client]]:
    """Open so many cells before one upstream."""
    upstream = EndpointUpstream(endpoint.url, KEY)
    with Gateway() as gateway:
        made = []
        for number in range(n):
            session = CellSession(
                protocol=CHAT, token=new_token(), model="m", upstream=upstream, limits=KINDS[number % 4],
                record=tmp_path / f"{number}.jsonl", stop=StopSignal(), price=Price(1.0, 2.0),
            )  # fmt: skip
            gateway.open(session)
            made.append(Client(gateway, session))
        yield made
        for client in made:
            gateway.close(client.session)


def call_until_refused(client: Client) -> None:
    """Call, streamed and not, until the gateway says that it is enough."""
    for n in range(100):
        if client.call((ASK, STREAM)[n % 2])[0] == 429:
            return


def test_no_limit_is_overshot_beyond_the_call_under_way(
    tmp_path: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sixteen cells of four kinds, three callers each; every fifth call is told to wait."""
    monkeypatch.setattr(relay, "BACKOFF_S", 0.01)
    endpoint.script = ["429" if n % 5 == 0 else "ok" for n in range(400)]
    with cells(tmp_path, endpoint, 16) as made:
        callers = [threading.Thread(target=call_until_refused, args=(c,)) for c in made for _ in range(3)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join(120)
        answered = [sum(c.ended == "answered" for c in client.session.calls) for client in made]
        assert answered == list(MOST) * 4
        stopped = [client.session.stop.reason for client in made]
        assert stopped == ["limit_calls", "limit_tokens", "limit_cost", "limit_calls"] * 4
