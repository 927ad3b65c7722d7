"""What `cab.toml` says of an endpoint."""

from __future__ import annotations

import os

import pytest

from cab_core.errors import UserError
from cab_core.gateway.budget import Budget
from cab_core.gateway.endpoint_config import EndpointDoc
from cab_core.gateway.models import ConfigDoc, EndpointChoice, ModelDoc, resolve

URL = "http://127.0.0.1:8000/v1"
SECRET = "sk-some-key-0123456789"


def config(**more: object) -> ConfigDoc:
    """A config with one endpoint and a model there."""
    return ConfigDoc(models={"m": ModelDoc(endpoint=URL)}, endpoints={f"{URL}/": EndpointDoc(**more)})  # type: ignore[arg-type]


def test_a_command_gives_the_key_once() -> None:
    """Whoever is served there; it is as secret as any."""
    choice = EndpointChoice()
    said = config(key_command=f"printf {SECRET}")
    assert [resolve("m", choice, said).key for _ in range(2)] == [SECRET] * 2
    assert SECRET in choice.taken.values()


def test_a_key_that_was_given_goes_before() -> None:
    """The command is not run."""
    choice = EndpointChoice(url=URL, key="sk-other")
    assert resolve("x", choice, config(key_command="false")).key == "sk-other"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("false", "ended with code 1"),
        ("true", "printed nothing"),
        ("/no/such/program", "cannot be run"),
        ("", "cannot be run"),
        ("printf 'a\\nb'", "holds no key that can be sent"),
    ],
)
def test_a_command_without_a_key_is_told(command: str, said: str) -> None:
    """With the file's key that names it."""
    with pytest.raises(UserError, match=f'cab.toml: endpoints."{URL}".key_command.*{said}'):
        resolve("m", EndpointChoice(), config(key_command=command))


def test_headers_come_from_variables_and_leave_none_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an agent may read of this process holds them no more."""
    monkeypatch.setenv("MY_ORG", SECRET)
    model = resolve("m", EndpointChoice(), config(headers_env={"x-org": "MY_ORG"}))
    assert (model.headers, model.secrets, os.environ.get("MY_ORG")) == ({"x-org": SECRET}, (SECRET,), None)
    assert SECRET not in repr(model)


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({"x-org": "NOT_SET"}, "NOT_SET is not set"),
        ({"x org": "HOME"}, "'x org' cannot be the name of a header"),
    ],
)
def test_a_header_that_cannot_be_is_told(headers: dict[str, str], said: str) -> None:
    """Before anything is sent."""
    with pytest.raises(UserError, match=said):
        resolve("m", EndpointChoice(), config(headers_env=headers))


def test_protocols_and_budget_are_those_of_the_endpoint() -> None:
    """A model's own protocols go before."""
    said = config(protocols=("gemini",), calls_at_once=2, calls_per_minute=30, tokens_per_minute=1000)
    model = resolve("m", EndpointChoice(), said)
    assert model.protocols == ("gemini",)
    assert model.budget == Budget(calls_at_once=2, calls_per_minute=30, tokens_per_minute=1000)
