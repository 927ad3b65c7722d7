"""Who answers for a model id, and with which key."""

from __future__ import annotations

import os

import pytest

from cab_core.errors import UserError
from cab_core.gateway.models import ConfigDoc, EndpointChoice, Model, ModelDoc, PriceDoc, resolve
from cab_core.gateway.price import Price

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
    assert name not in os.environ
    assert resolve("m", choice, config(name)).key == "key"
    assert "key" not in repr(choice).replace("key_env", "")


@pytest.mark.parametrize("model", ["", " "])
def test_no_model_is_no_model(model: str) -> None:
    """A variable that is not set does not become a call for nothing."""
    with pytest.raises(UserError, match="empty"):
        resolve(model, EndpointChoice(url=HERE), ConfigDoc())


@pytest.mark.parametrize("value", ["sk-one\n", " sk-one", "sk\x00one", "sk-\u00e9"])
@pytest.mark.parametrize("where", ["--key", "--key-env", "CAB_KEY", "cab.toml"])
def test_a_key_that_cannot_be_sent_is_the_user_s_mistake(
    monkeypatch: pytest.MonkeyPatch, where: str, value: str
) -> None:
    """Most often it was read from a file with its line end; nothing is sent, and the key not repeated."""
    monkeypatch.delenv("CAB_KEY", raising=False)
    monkeypatch.setitem(os.environ, "OWN", value.replace("\x00", "\x01"))
    if where == "CAB_KEY":
        monkeypatch.setitem(os.environ, "CAB_KEY", os.environ.pop("OWN"))
    given = {"--key": (value, None), "--key-env": (None, "OWN")}.get(where, (None, None))
    with pytest.raises(UserError, match="a blank or a line end") as caught:
        resolve("m", EndpointChoice.of(None, *given), config("OWN"))
    assert where in str(caught.value) and "one" not in str(caught.value) and value not in str(caught.value)


BAD = {
    "password": "http://user:hunter2@127.0.0.1:1/v1",
    "user": "http://hunter2@127.0.0.1:1/v1",
    "query": "http://127.0.0.1:1/v1?key=hunter2",
    "empty query": "http://127.0.0.1:1/v1?",
    "fragment": "http://127.0.0.1:1/v1#hunter2",
    "blank": "http://127.0.0.1:1/v1 ",
    "line end": "http://127.0.0.1:1/v1\n",
    "tab": "http://127.0.0.1\t:1/v1",
    "password with a sign": "http://user:hunter2#@127.0.0.1:1/v1",
    "port": "http://127.0.0.1:hunter2/v1",
    "scheme": "ftp://127.0.0.1/v1",
    "no scheme": "127.0.0.1:1/v1",
    "no host": "http:///v1",
}


@pytest.mark.parametrize("url", BAD.values(), ids=BAD)
@pytest.mark.parametrize("where", ["--endpoint", "CAB_ENDPOINT", "cab.toml"])
def test_an_address_that_could_hold_a_credential_is_refused(
    monkeypatch: pytest.MonkeyPatch, where: str, url: str
) -> None:
    """Addresses are published. What is wrong is told with where it was given; what may be secret is not."""
    monkeypatch.delenv("CAB_ENDPOINT", raising=False)
    if where == "CAB_ENDPOINT":
        monkeypatch.setenv("CAB_ENDPOINT", url)
    found = ConfigDoc(models={"m": ModelDoc(endpoint=url if where == "cab.toml" else HERE)})
    with pytest.raises(UserError) as caught:
        resolve("m", EndpointChoice.of(url if where == "--endpoint" else None, None, None), found)
    assert where in str(caught.value) and "hunter2" not in str(caught.value)


@pytest.mark.parametrize("url", [HERE, "https://[::1]:8443/v1", "http://host.docker.internal/a/b/"])
def test_an_address_is_taken_as_it_is(url: str) -> None:
    """Host, port and path, with a slash at the end or without."""
    assert EndpointChoice.of(url, None, None).url == url


def test_there_is_no_model_with_a_password_in_its_address() -> None:
    """Whoever makes it: every record may write the address."""
    with pytest.raises(UserError, match="user or a password"):
        Model(id="m", endpoint=BAD["password"])


def test_a_model_that_is_misspelt_is_answered_with_the_file_s() -> None:
    """Without an endpoint for any id, the ids of `cab.toml` are those that are known."""
    doc = ConfigDoc(models={"my-coder": ModelDoc(endpoint=HERE)})
    with pytest.raises(
        UserError, match=r"'my-codre' has no endpoint; did you mean 'my-coder' of cab\.toml\?"
    ):
        resolve("my-codre", EndpointChoice(), doc)
