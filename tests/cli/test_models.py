"""`cab models`: which there are, and whether they answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.conftest import Cab
from tests.support.model_server import ModelServer

KEY = "sk-models-0123456789-abcdef"
LIST = {"/v1/models": {"data": [{"id": "m-1", "max_model_len": 32768}, {"id": "m-2"}]}}


@pytest.fixture
def serve() -> Iterator[Callable[..., ModelServer]]:
    """Serve a model until the test is over."""
    with ExitStack() as stack:
        yield lambda **how: stack.enter_context(ModelServer(**how).running())


def configured(cab: Cab, url: str, **keys: str) -> None:
    """Write a `cab.toml` with two models of one endpoint."""
    (cab.cwd / "cab.toml").write_text(
        f'[models.m-1]\nendpoint = "{url}"\nkey_env = "MY_KEY"\ncontext_tokens = 8192\n'
        f'[models.m-1.price]\ninput = 1.0\noutput = 2.0\n[models.m-3]\nendpoint = "{url}"\n'
        f'[endpoints."{url}"]\nprotocols = ["openai-chat"]\n'
    )


def test_the_models_of_the_file_are_listed(cab: Cab) -> None:
    """With who serves them, in which protocol, and whether the key is there; never the key."""
    configured(cab, "http://127.0.0.1:9/v1")
    done = cab("models", "list", MY_KEY=KEY)
    assert done.returncode == 0 and "MY_KEY (set)" in done.stdout and KEY not in done.stdout
    first, second = cab.json("models", "list", "--json")
    assert (first["model"], first["protocols"], first["key_set"]) == ("m-1", ["openai-chat"], False)
    assert (second["key_env"], second["key_set"], second["price"]) == (None, None, None)


def test_without_a_file_it_is_said_what_to_do(cab: Cab) -> None:
    """An empty table says nothing."""
    assert "--endpoint URL lists those of an endpoint" in cab("models", "list").stdout


def test_the_models_of_an_endpoint_are_listed(cab: Cab, serve: Callable[..., ModelServer]) -> None:
    """With the size of the context where it says so."""
    rows = cab.json("models", "list", "--endpoint", serve(pages=LIST).url, "--json")
    assert [(r["model"], r["context_tokens"]) for r in rows] == [("m-1", 32768), ("m-2", None)]


def test_an_endpoint_without_a_list_is_told(cab: Cab, serve: Callable[..., ModelServer]) -> None:
    """Infrastructure, no mistake of the user's."""
    done = cab("models", "list", "--endpoint", serve().url)
    assert done.returncode == 1 and "sent no list of models: it answered 404" in done.stderr


def test_a_ping_says_who_answers_and_how_fast(cab: Cab, serve: Callable[..., ModelServer]) -> None:
    """A line each; JSON has the figures."""
    server = serve(pages=LIST)
    done = cab("models", "ping", "m-1", "--endpoint", server.url)
    assert done.returncode == 0 and done.stdout.startswith("ok  m-1  answered openai-chat in ")
    [row] = cab.json("models", "ping", "m-1", "--endpoint", server.url, "--json")
    assert row["ok"] and row["seconds"] > 0 and row["tokens"] > 0


def test_one_that_does_not_answer_makes_it_fail(cab: Cab, serve: Callable[..., ModelServer]) -> None:
    """The others are asked all the same, and the key is in nothing that is said."""
    refused = serve(
        refuse=lambda asked: (401, {"error": {"message": "no"}}) if asked.get("model") == "m-1" else None
    )
    configured(cab, refused.url)
    done = cab("models", "ping", MY_KEY=KEY)
    lines = done.stdout.splitlines()
    assert done.returncode == 1 and lines[0].startswith("BAD m-1  ") and "401" in lines[0]
    assert lines[1].startswith("ok  m-3") and KEY not in done.stdout + done.stderr


def test_a_dead_endpoint_is_told_as_such(cab: Cab) -> None:
    """By what was observed."""
    done = cab("models", "ping", "m", "--endpoint", "http://127.0.0.1:9/v1")
    assert done.returncode == 1 and "BAD m" in done.stdout and "127.0.0.1:9" in done.stdout


@pytest.mark.parametrize(
    ("args", "said"),
    [(("models", "ping"), "no model is named"), (("models", "ping", "scripted:null"), "is a script")],
)
def test_what_cannot_be_asked_is_a_mistake(cab: Cab, args: tuple[str, ...], said: str) -> None:
    """Exit 2."""
    done = cab(*args)
    assert done.returncode == 2 and said in done.stderr
