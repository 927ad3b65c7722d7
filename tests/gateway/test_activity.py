"""What can be seen of a cell's calls while they are under way."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from cab_core.gateway.activity import Activity
from cab_core.records import CellKey, Configuration
from tests.gateway.conftest import ASK, Client
from tests.support.endpoint import USAGE, Endpoint

KEY = CellKey(sweep_id="s", configuration=Configuration(tui="t", model="m"), task="p/t", attempt=1)


def seen(client: Client, endpoint: Endpoint, is_it: Callable[[Activity], bool]) -> Activity:
    """Make a call; return what is seen once it is as it must be, with the call still under way."""
    client.session.cell = KEY
    thread = threading.Thread(target=client.call, args=(ASK,))
    thread.start()
    deadline = time.monotonic() + 10
    try:
        while not is_it(found := client.gateway.under_way()[KEY]):
            assert time.monotonic() < deadline, found
            time.sleep(0.005)
        return found
    finally:
        endpoint.released.set()
        thread.join()


def test_before_a_call_there_is_none(client: Client) -> None:
    """A cell that has not called is told from one whose tokens are unknown."""
    client.session.cell = KEY
    found = client.gateway.under_way()[KEY]
    assert (found.call, found.under_way, found.spent.total, found.spent.without_usage) == (0, False, None, 0)


def test_a_throttled_call(client: Client, endpoint: Endpoint) -> None:
    """The endpoint asks for a pause: the call says that it is held back, and since when."""
    endpoint.script = ["429"]
    found = seen(client, endpoint, lambda a: a.held is not None)
    assert (found.call, found.under_way, found.silent_s) == (1, True, None)
    assert found.held is not None and found.held[0] == "throttled" and 0 <= found.held[1] < 5


def test_a_call_that_is_sent_again(client: Client, endpoint: Endpoint) -> None:
    """After an error that asks for no pause the call waits by itself: the error is named."""
    endpoint.script = ["503"]
    found = seen(client, endpoint, lambda a: a.held is not None)
    assert found.held is not None and found.held[0] == "endpoint said 503"


def test_a_silent_endpoint(client: Client, endpoint: Endpoint) -> None:
    """As long as no byte has come, it is known for how long."""
    endpoint.mode = "hang"
    found = seen(client, endpoint, lambda a: (a.silent_s or 0) > 0.05)
    assert (found.call, found.held) == (1, None)


def test_what_ended_calls_took(client: Client, endpoint: Endpoint) -> None:
    """Tokens of the calls that have ended, with the next one under way; then the last number stays."""
    for _ in range(2):
        client.call(ASK)
    endpoint.mode = "hang"
    found = seen(client, endpoint, lambda a: a.under_way)
    assert (found.call, found.spent.total) == (3, 2 * USAGE["total_tokens"])
    found = client.gateway.under_way()[KEY]
    assert (found.call, found.under_way, found.held) == (3, False, None)


def test_a_cell_that_has_ended_is_gone(client: Client) -> None:
    """Its session is closed."""
    client.session.cell = KEY
    client.gateway.close(client.session)
    assert client.gateway.under_way() == {}
