"""What the endpoint fails to answer is not sent to it for ever, whoever tries again."""

from __future__ import annotations

import http.client
import json
import time
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlsplit

import pytest

from cab_core.gateway import relay
from cab_core.gateway.in_vain import MOST
from cab_core.gateway.models import ConfigDoc, EndpointChoice, Model, resolve
from tests.gateway.conftest import ASK, STREAM, Client
from tests.support.endpoint import KEY, Endpoint
from tests.support.puppet import play

OTHER = {**ASK, "messages": [{"role": "user", "content": "something else"}]}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests do not wait for an endpoint that fails on purpose."""
    monkeypatch.setattr(relay, "BACKOFF_S", 0.001)


def test_the_same_is_sent_eight_times(client: Client, endpoint: Endpoint) -> None:
    """Four tries for each of two calls; a third is refused by a status that ends a client's tries."""
    endpoint.mode = "500"
    answers = [client.call(ASK) for _ in range(4)]
    assert [status for status, _, _ in answers] == [500, 500, 400, 400]
    assert len(endpoint.bodies) == MOST == 8
    _, headers, body = answers[-1]
    assert headers["x-should-retry"] == "false" and json.loads(body)["error"]["code"] == "cab_in_vain"


def test_what_is_not_sent_is_recorded_as_the_endpoint_s(client: Client, endpoint: Endpoint) -> None:
    """By its last fault and in its last words, with no try; the cell has a note."""
    endpoint.mode = "500"
    for _ in range(4):
        client.call(ASK)
    *_, last = client.session.calls
    assert (last.ended, last.fault, last.tries, last.status) == ("failed", "http_500", 0, None)
    assert last.error == client.session.calls[0].error and "error 500" in (last.error or "")
    assert client.session.notes() == [
        "the CLI asked 2 more times what the endpoint had failed 8 times to answer: it was not sent"
    ]


@pytest.mark.parametrize("mode", ["403", "error_in_200", "drop", "hang_up"])
def test_so_it_is_where_the_gateway_tries_once(client: Client, endpoint: Endpoint, mode: str) -> None:
    """Any fault counts: a refusal, an error in a stream's place, an answer that breaks off, none at all."""
    endpoint.mode = mode
    for _ in range(MOST):
        with suppress(http.client.IncompleteRead):
            client.call(STREAM)
    assert (client.call(STREAM)[0], len(endpoint.bodies)) == (400, MOST)


def test_another_call_is_sent(client: Client, endpoint: Endpoint) -> None:
    """One beside it, or the same with one word more, has tries of its own."""
    endpoint.mode = "403"
    for _ in range(MOST + 1):
        client.call(ASK)
    assert client.call(OTHER)[0] == 403


def test_an_answer_gives_all_of_them_their_tries_back(client: Client, endpoint: Endpoint) -> None:
    """The endpoint is well again: what failed before is sent."""
    endpoint.mode = "403"
    for _ in range(MOST + 1):
        client.call(ASK)
    endpoint.mode = "ok"
    assert [client.call(body)[0] for body in (ASK, OTHER, ASK)] == [400, 200, 200]


@pytest.mark.parametrize("refusals", [2, 5, 7])
def test_a_limit_that_is_new_in_time_is_heeded(client: Client, endpoint: Endpoint, refusals: int) -> None:
    """429 so often and then an answer: the CLI's own second call may be what has it."""
    endpoint.script = ["429"] * refusals
    statuses = [client.call(ASK)[0] for _ in range(2 if refusals > 3 else 1)]
    assert statuses[-1] == 200 and client.session.notes() == []


def test_eight_tries_take_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """The waits go on where an earlier call left off: most limits are new by then."""
    asked = [(before, n) for before in (0, 4) for n in (1, 2, 3)]
    monkeypatch.undo()
    waits = [relay._backoff(cast(Any, SimpleNamespace(sent_before=b, troubled=n))) for b, n in asked]
    assert sum(waits) == pytest.approx(59.5, rel=0.2)


def test_what_the_agent_breaks_off_counts_for_nothing(client: Client, endpoint: Endpoint) -> None:
    """It could else have its own failure called the endpoint's."""
    endpoint.mode = "hang"
    for n in range(1, MOST + 2):
        _hang_up(client, endpoint, n)
    endpoint.mode = "ok"
    assert client.call(ASK)[0] == 200
    assert {c.ended for c in list(client.session.calls)[:-1]} == {"hung_up"}


def _hang_up(client: Client, endpoint: Endpoint, n: int) -> None:
    """Ask, and hang up when the endpoint has been asked for the `n`-th time."""
    connection = http.client.HTTPConnection(urlsplit(client.gateway.url).netloc, timeout=30)
    token = {"Authorization": f"Bearer {client.session.token}", "Content-Type": "application/json"}
    connection.request("POST", "/v1/chat/completions", json.dumps(ASK), token)
    while len(endpoint.bodies) < n:
        time.sleep(0.005)
    connection.close()
    while len(client.session.calls) < n:
        time.sleep(0.005)


STUBBORN = """
for _ in range(4):
    try:
        call()
    except urllib.error.HTTPError as exc:
        print(exc.code, flush=True)
"""


def test_a_replay_says_the_same(tmp_path: Path, endpoint: Endpoint) -> None:
    """What the gateway refused by itself is on record: each call is told again what it was told."""
    endpoint.mode = "500"
    model = Model(id="m", endpoint=endpoint.url, key=KEY)
    first, result = play(tmp_path / "first", STUBBORN, model=model)
    again, repeated = play(
        tmp_path / "again", STUBBORN, model=resolve(f"replay:{first}", EndpointChoice(), ConfigDoc())
    )
    assert (result.outcome, repeated.outcome) == ("infra_upstream", "infra_upstream")
    assert "it said: error 500" in result.why and len(endpoint.bodies) == MOST
    for where in (first, again):
        assert (where / "stdout.log").read_text().split() == ["500", "500", "400", "400"]
