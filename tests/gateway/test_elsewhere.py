"""What a CLI asks the gateway for that it does not speak: answered in words, counted, and told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.gateway.turned_away import TurnedAway
from tests.gateway.conftest import Client
from tests.support.puppet import play


def ask(client: Client, method: str, path: str) -> tuple[int, dict, dict]:
    """Return status, headers and the error of a request with the cell's token."""
    token = {"Authorization": f"Bearer {client.session.token}"}
    status, headers, body = client.request(method, path, b"{}", token)
    return status, headers, json.loads(body)["error"]


@pytest.mark.parametrize("path", ["/v1/responses", "/v1/messages", "/v1/embeddings", "/chat/completions"])
def test_what_is_not_spoken_is_refused_in_words(client: Client, path: str) -> None:
    """With what is spoken here; and the cell says what was asked for."""
    status, _, error = ask(client, "POST", path)
    assert (status, error["type"]) == (404, "cab_path")
    assert f"POST {path} is not spoken here; POST /v1/chat/completions" in error["message"]
    assert client.session.notes() == [f"the CLI asked for POST {path}, which this gateway does not speak"]


def test_the_wrong_method_names_the_right_one(client: Client) -> None:
    """405 with `Allow`."""
    status, headers, _ = ask(client, "GET", "/v1/chat/completions")
    assert (status, headers["Allow"]) == (405, "POST")


def test_it_is_no_call_and_reaches_nobody(client: Client, endpoint: object) -> None:
    """Nothing is recorded as a model call."""
    ask(client, "POST", "/v1/responses")
    assert (list(client.session.calls), endpoint.bodies) == ([], [])  # type: ignore[attr-defined]


def test_a_query_is_not_kept(client: Client) -> None:
    """Some put a key there."""
    ask(client, "POST", "/v1beta/models/x:generateContent?key=secret-word")
    assert "secret-word" not in client.session.notes()[0]


def test_no_control_character_is_kept(client: Client) -> None:
    """A path is hostile text."""
    ask(client, "POST", "/%1b%5b31m%0a")
    assert client.session.notes()[0].isprintable()


@given(st.lists(st.text(max_size=300), max_size=40))
def test_what_is_kept_is_bounded(names: list[str]) -> None:
    """However much is asked for; and every request is counted."""
    asked = TurnedAway()
    for name in names:
        asked.add(name)
    assert len(str(asked)) < 700
    assert bool(asked) == bool(names)


def test_names_are_counted() -> None:
    """Each, and those for which there was no room."""
    asked = TurnedAway()
    for name in ["a", "b", "a", *"cdefg", "f"]:
        asked.add(name)
    assert str(asked) == "a (2 times), b, c, d, e, and 3 more"


FOREIGN = """
try:
    urllib.request.urlopen(urllib.request.Request(os.environ["ENDPOINT"] + "/responses", b"{}",
        {"Authorization": "Bearer " + os.environ["TOKEN"]}))
except urllib.error.HTTPError as error:
    print(error.read().decode())
"""


def test_a_cli_of_another_protocol_is_told_as_such(tmp_path: Path) -> None:
    """It did ask, though not for what is spoken here."""
    _, result = play(tmp_path, FOREIGN)
    assert result.outcome == "no_model_calls"
    assert "the CLI asked for POST /v1/responses, which this gateway does not speak" in result.why


def test_a_cli_that_asks_for_another_model_alone_is_told_as_such(tmp_path: Path) -> None:
    """The same of a model that is not the cell's."""
    script = "os.environ['MODEL'] = 'gpt-huge'\ntry: call()\nexcept urllib.error.HTTPError: pass"
    _, result = play(tmp_path, script)
    assert result.outcome == "no_model_calls" and "gpt-huge" in result.why
