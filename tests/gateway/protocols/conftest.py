"""What vendors send, what scripted models say, and a cell between them and the vendors' own clients."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from cab_core.gateway.scripted.upstream import ScriptedUpstream
from cab_core.plugins.protocols import Reply
from cab_core.records import ModelCall, Usage
from tests.support.vendor import Vendor

# What every form in tests/support/forms says was used; audio where a protocol has it.
USED = Usage(prompt=1000, completion=250, cached=600, cache_write=100, reasoning=90)


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    """An endpoint that sends what a test tells it to."""
    with Vendor().running() as running:
        yield running


async def _script(_: Any, chat: Mapping[str, Any]) -> Reply:
    """Call the first tool, if there is one, and then say what it gave."""
    results = [m for m in chat["messages"] if m["role"] == "tool"]
    if chat.get("tools") and not results:
        return Reply(text="I look.", tool=(chat["tools"][0]["function"]["name"], {"path": "a"}))
    return Reply(text=f"it says {results[-1]['content']}" if results else "hello")


@pytest.fixture
def script() -> ScriptedUpstream:
    """A scripted model with a conversation of two calls."""
    return ScriptedUpstream("m", _script, None)  # type: ignore[arg-type]  # the persona asks for no context


def said_of(call: ModelCall) -> tuple[str, str | None, str | None]:
    """How a call ended, by whom, and why it stopped."""
    return call.ended, call.model_served, call.finish_reason
