"""What of a CLI's headers reaches its endpoint."""

from __future__ import annotations

import pytest

from tests.gateway.conftest import ASK, Client
from tests.support.endpoint import KEY, Endpoint

OWN = {"host", "accept", "accept-encoding", "authorization", "content-type", "content-length", "user-agent"}


@pytest.mark.parametrize(
    "header",
    [
        *("Origin", "Cookie", "X-Forwarded-Host", "X-HTTP-Method-Override", "X-Original-URL"),
        *("x-litellm-api-key", "x-litellm-timeout", "Ocp-Apim-Subscription-Key", "OpenAI-Organization"),
        *("api-key", "cf-aig-authorization", "x-portkey-config", "Helicone-Auth", "If-Match", "Range"),
        *("User_Agent", "HTTP_Referer", "X-Stainless-Timeout", "X-Anything"),
    ],
)
def test_what_is_not_known_to_be_harmless_is_dropped(client: Client, endpoint: Endpoint, header: str) -> None:
    """An endpoint may refuse by any of them, and an agent could have that at will."""
    assert client.call(ASK, **{header: "http://evil.example"})[0] == 200
    assert set(endpoint.headers[0]) <= OWN
    assert "evil" not in str(endpoint.headers[0]) and endpoint.headers[0]["authorization"] == f"Bearer {KEY}"


def test_who_asks_and_what_it_relies_on_passes(client: Client, endpoint: Endpoint) -> None:
    """A beta feature, the name of an application, a session whose prompts are cached."""
    sent = {"User-Agent": "opencode/1", "X-Title": "t", "Anthropic-Beta": "b", "x-session-affinity": "s"}
    client.call(ASK, **sent)
    assert {k.lower(): v for k, v in sent.items()}.items() <= endpoint.headers[0].items()
    assert endpoint.headers[0]["accept"] == "*/*"


@pytest.mark.parametrize(
    "later", [{"User-Agent": "sqlmap"}, {"User-Agent": "cli/1", "OpenAI-Beta": "none"}, {}]
)
def test_after_an_answer_headers_are_what_they_were(
    client: Client, endpoint: Endpoint, later: dict[str, str]
) -> None:
    """A firewall refuses by a `User-Agent`: an agent, which acts after a first answer, sends none of its own."""
    client.call(ASK, **{"User-Agent": "cli/1"})
    client.call(ASK, **later)
    assert [h["user-agent"] for h in endpoint.headers] == ["cli/1", "cli/1"]
    assert "openai-beta" not in endpoint.headers[1]


def test_before_an_answer_they_are_the_cli_s_own(client: Client, endpoint: Endpoint) -> None:
    """A refusal holds nothing fast."""
    endpoint.script = ["401"]
    for name in ("cli/1", "cli/2"):
        client.call(ASK, **{"User-Agent": name})
    assert [h["user-agent"] for h in endpoint.headers] == ["cli/1", "cli/2"]


def test_a_value_that_cannot_be_sent_is_no_fault(client: Client, endpoint: Endpoint) -> None:
    """Bytes that are no text would fail here, before anything was sent: told as this machine's trouble."""
    client.call(ASK, **{"X-Title": "\xe9\xff"})
    assert "x-title" not in endpoint.headers[0] and client.session.calls[0].ended == "answered"
