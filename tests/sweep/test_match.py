"""Which protocol a CLI and an endpoint speak with each other."""

from __future__ import annotations

from typing import Any

import pytest

from cab_core.errors import UserError
from cab_core.gateway.models import Model
from cab_core.plugins.registry import Plugins
from cab_core.sweep.match import match
from tests.support.puppet import Puppet

PLUGINS = Plugins()


def spoken(cli: tuple[str, ...], endpoint: tuple[str, ...]) -> str:
    """The protocol of a pair."""
    adapter: Any = Puppet("")
    adapter.protocols = cli
    model = Model(id="m", endpoint="http://127.0.0.1:1/v1", protocols=endpoint)
    return match(adapter, model, PLUGINS).name


@pytest.mark.parametrize(
    ("cli", "endpoint", "found"),
    [
        (("openai-responses", "openai-chat"), (), "openai-responses"),
        (("openai-responses", "openai-chat"), ("openai-chat",), "openai-chat"),
        (("unheard-of", "gemini"), (), "gemini"),
        (("anthropic-messages",), ("openai-chat", "anthropic-messages"), "anthropic-messages"),
        ((), ("gemini",), "openai-chat"),
    ],
)
def test_it_is_the_first_of_the_clis_that_both_speak(
    cli: tuple[str, ...], endpoint: tuple[str, ...], found: str
) -> None:
    """An endpoint of which nobody said what it speaks is asked in the CLI's own; a stand-in asks nobody."""
    assert spoken(cli, endpoint) == found


def test_a_pair_that_has_none_is_told_with_both() -> None:
    """Before anything is installed or spent."""
    with pytest.raises(
        UserError, match="speaks gemini, model 'm' is served by openai-chat; the gateway relays"
    ):
        spoken(("gemini",), ("openai-chat",))


def test_a_misspelt_protocol_of_the_config_has_a_suggestion() -> None:
    """It names the file and the key."""
    with pytest.raises(
        UserError, match=r"cab.toml: models.\"m\".protocols: .*'openai-caht'; did you mean 'openai-chat'"
    ):
        spoken(("openai-chat",), ("openai-caht",))
