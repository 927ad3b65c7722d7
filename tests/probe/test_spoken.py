"""The probe asks in the protocol that a CLI would speak: endpoints of each, which a scripted model answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cab_core.gateway.models import Model
from cab_core.gateway.scripted.upstream import ScriptedUpstream
from cab_core.plugins.protocols import Reply
from cab_core.probe.spoken import SPOKEN
from cab_core.probe.steps import run_probe
from tests.conftest import Cab
from tests.probe.conftest import said
from tests.support.forms.messages import TEXT
from tests.support.vendor import Vendor, cell_before

VERSION = {name: spoken.version for name, spoken in SPOKEN.items()}


async def _persona(_: Any, chat: Any) -> Reply:
    tools = chat.get("tools")
    return Reply(
        text="word " * 20, tool=(tools[0]["function"]["name"], {"directory": "src"}) if tools else None
    )


@pytest.mark.parametrize("name", SPOKEN)
def test_an_endpoint_of_each_protocol(tmp_path: Path, name: str) -> None:
    """Its list, an answer, a stream with usage, a call of a tool; and that no other protocol is there."""
    protocol, script = SPOKEN[name].protocol, ScriptedUpstream("m", _persona, None)  # type: ignore[arg-type]
    with cell_before(script, protocol, tmp_path / "calls") as (url, session):
        base = url.removesuffix("/v1")
        model = Model(id="m", endpoint=f"{base}/{VERSION[name]}", key=session.token)
        found = run_probe(model, lambda _: None, lambda _: None, 10, name)
        assert found.usable and found.listed and found.served == "m", found.lines
        assert found.usage and found.usage_streamed and found.streams and found.tools, found.lines
        assert found.protocols == {other: other == name for other in SPOKEN}
        assert name in said(found, "answer").says and found.width
        bare = run_probe(
            Model(id="m", endpoint=base, key=session.token), lambda _: None, lambda _: None, 10, name
        )
    assert not bare.usable and said(bare, "answer").says.endswith(f"give --endpoint {base}/{VERSION[name]}")


@pytest.mark.parametrize("name", SPOKEN)
def test_a_refusal_of_an_empty_call_tells_who_speaks_a_protocol(name: str) -> None:
    """In each vendor's own words, whatever was asked in."""
    from tests.probe.refusals import EMPTY

    with Vendor().running() as vendor:
        vendor.send(EMPTY[name])
        other = next(n for n in SPOKEN if n != name)
        model = Model(id="m", endpoint=vendor.url)
        found = run_probe(model, lambda _: None, lambda _: None, 5, other)
    assert found.protocols[name] is True
    path = SPOKEN[name].path_for("m")
    assert any(asked[0] == f"/v1/{path}" and asked[1] == {} for asked in vendor.asked)


def test_check_asks_in_the_protocol_of_the_model(cab: Cab) -> None:
    """Where no CLI is named, the first that cab.toml says; a name that nothing speaks is a mistake."""
    with Vendor().running() as vendor:
        vendor.send(
            {
                "type": "message",
                "role": "assistant",
                "model": "m",
                "content": [TEXT],
                "stop_reason": "end_turn",
            }
        )
        config = Path(cab.cwd, "cab.toml")
        config.write_text(f'[models.m]\nendpoint = "{vendor.url}"\nprotocols = ["anthropic-messages"]\n')
        probe = cab.json("check", "--probe-only", "--model", "m", "--json")["probe"]
        assert (probe["protocol"], vendor.asked[0][0], probe["usable"]) == (
            "anthropic-messages",
            "/v1/messages",
            True,
        )
        done = cab("check", "--tui", "aider", "--model", "m", "--task", "mutations/py-lru-cache")
        assert (
            done.returncode == 2
            and "CLI 'aider' speaks openai-chat, model 'm' is served by anthropic" in done.stderr
        )
        config.write_text(config.read_text().replace("anthropic", "antropic"))
        done = cab("check", "--probe-only", "--model", "m")
        assert done.returncode == 2 and "anthropic-messages" in done.stderr and "Traceback" not in done.stderr
