"""Who answers for a model id, and with which key."""

from __future__ import annotations

import pytest

from cab_core.errors import UserError
from cab_core.gateway.models import ConfigDoc, EndpointChoice, ModelDoc, PriceDoc, resolve
from cab_core.gateway.session import Price

HERE, THERE = "http://127.0.0.1:1/v1", "http://127.0.0.1:2/v1"


def config(key_env: str | None) -> ConfigDoc:
    """A `cab.toml` with one model."""
    entry = ModelDoc(endpoint=HERE, key_env=key_env, price=PriceDoc(input=1, output=2), context_tokens=9)
    return ConfigDoc(models={"m": entry})


def test_a_model_of_the_file_has_its_own_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key in CAB_KEY is for CAB_ENDPOINT, and goes nowhere else."""
    monkeypatch.setenv("OWN", "own")
    choice = EndpointChoice(key="other")
    assert [resolve("m", choice, config(env)).key for env in ("OWN", None)] == ["own", None]


def test_a_given_endpoint_takes_the_place_of_the_file_s(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the key that is given for it; what a model costs and holds is known all the same."""
    monkeypatch.setenv("OWN", "own")
    found = resolve("m", EndpointChoice(url=THERE, key="other"), config("OWN"))
    assert (found.endpoint, found.key) == (THERE, "other")
    assert (found.price, found.context_tokens) == (Price(1, 2), 9)


@pytest.mark.parametrize("name", ["CAB_KEY", "OWN"])
def test_the_file_may_name_a_variable_that_was_taken_out_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A key is taken out early, so that no process inherits it; the file may name its variable."""
    for other in ("CAB_KEY", "CAB_ENDPOINT"):
        monkeypatch.delenv(other, raising=False)
    monkeypatch.setenv(name, "key")
    choice = EndpointChoice.of(None, None, None if name == "CAB_KEY" else name)
    monkeypatch.delenv(name)
    assert resolve("m", choice, config(name)).key == "key"
    assert "key" not in repr(choice).replace("key_env", "")


@pytest.mark.parametrize("model", ["", " "])
def test_no_model_is_no_model(model: str) -> None:
    """A variable that is not set does not become a call for nothing."""
    with pytest.raises(UserError, match="empty"):
        resolve(model, EndpointChoice(url=HERE), ConfigDoc())
