"""Which protocol a CLI and a model's endpoint speak with each other."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from cab_core.errors import UserError
from cab_core.gateway.models import Model
from cab_core.plugins.registry import Plugins
from cab_core.sweep.match import match
from tests.conftest import Cab

CHAT, RESPONSES, MESSAGES = "openai-chat", "openai-responses", "anthropic-messages"


def matched(mine: tuple[str, ...], theirs: tuple[str, ...]) -> str:
    """The protocol of a CLI that speaks some, and a model that is served by others."""
    adapter = SimpleNamespace(name="foo", protocols=mine)
    return match(adapter, Model(id="m", protocols=theirs), Plugins()).name  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("mine", "theirs", "spoken"),
    [
        ((RESPONSES, CHAT), (), RESPONSES),
        ((RESPONSES, CHAT), (CHAT, RESPONSES), RESPONSES),
        ((RESPONSES, CHAT), (CHAT, MESSAGES), CHAT),
        (("none-such", CHAT), (), CHAT),
        ((), (MESSAGES,), CHAT),
    ],
)
def test_the_first_of_the_clis_that_the_endpoint_speaks(
    mine: tuple[str, ...], theirs: tuple[str, ...], spoken: str
) -> None:
    """Where the model does not say which, the first that something here speaks."""
    assert matched(mine, theirs) == spoken


@pytest.mark.parametrize(
    ("mine", "theirs", "said"),
    [
        ((CHAT,), (MESSAGES,), "'foo' speaks openai-chat, model 'm' is served by anthropic-messages"),
        (("none-such",), (), "'foo' speaks none-such, the gateway speaks anthropic-messages, gemini"),
        ((CHAT,), ("openai-chats",), "nothing here speaks 'openai-chats'; did you mean 'openai-chat'"),
    ],
)
def test_where_there_is_none_it_is_said(mine: tuple[str, ...], theirs: tuple[str, ...], said: str) -> None:
    """Before anything runs."""
    with pytest.raises(UserError) as refused:
        matched(mine, theirs)
    assert said in str(refused.value)


def test_the_old_name_in_cab_toml_is_told_with_the_new(cab: Cab) -> None:
    """`protocol` was one."""
    (cab.cwd / "cab.toml").write_text(
        '[models.m]\nendpoint = "http://127.0.0.1:1/v1"\nprotocol = "openai-chat"\n'
    )
    done = cab("run", "--tui", "aider", "--model", "m", "--task", "mutations/py-lru-cache")
    assert done.returncode == 2 and "protocol" in done.stderr and "'protocols'" in done.stderr, done.stderr
