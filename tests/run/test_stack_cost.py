"""What an item of a stack costs: its share of the characters of all requests."""

from __future__ import annotations

from pathlib import Path

import pytest

from cab_core.gateway.models import Model
from cab_core.records import Applied, Instructions, Launch, Observed, TextSeen, ToolSeen
from cab_core.run.stack_cost import tokens_a_call
from cab_core.tasks.stacks import Stack
from tests.support.endpoint import KEY, Endpoint
from tests.support.puppet import Puppet, play

SERVER = Applied(item="mcp:web", tool_prefix="web_")
RULE = Applied(item="instructions:rule")
LAUNCH = Launch(argv=("x",), stack=(SERVER, RULE))
TOOLS = (ToolSeen(name="web_get", offered=2, size=300), ToolSeen(name="web_put", offered=2, size=100))
TEXT = TextSeen(item="instructions:rule", part="text", wanted=4, found=3, first=1, size=1000)


def observed(asked: int | None = 10_000) -> Observed:
    """Two requests of 5,000 bytes each."""
    return Observed(requests=2, asked=asked, tools=(*TOOLS, ToolSeen(name="read", size=900)), texts=(TEXT,))


@pytest.mark.parametrize(("item", "tokens"), [(SERVER, 100), (RULE, 188)])
def test_it_is_a_share_of_the_input(item: Applied, tokens: int) -> None:
    """All tools of a server together; of a text as much as was found. 2,500 tokens for 10,000 characters."""
    assert tokens_a_call(item, LAUNCH, observed(), 2500) == tokens


@pytest.mark.parametrize(("seen", "prompt"), [(None, 2500), (observed(None), 2500), (observed(), None)])
def test_what_is_not_known_is_not_made_up(seen: Observed | None, prompt: int | None) -> None:
    """No requests, a cell of an earlier cab, an endpoint that does not say what it read."""
    assert tokens_a_call(SERVER, LAUNCH, seen, prompt) is None


class Follower(Puppet):
    """A CLI that says its instructions with every call."""

    def launch(self, job: object) -> Launch:
        made = super().launch(job)  # type: ignore[arg-type]
        return Launch(
            argv=made.argv, env=made.env, files=made.files, stack=(Applied(item="instructions:house"),)
        )


def test_in_a_cell_it_stands_with_what_became_of_the_item(tmp_path: Path, endpoint: Endpoint) -> None:
    """The endpoint counted 1,000 tokens a call: a text that is nearly all of the request is nearly all of them.

    A long request that was refused took none, and has no part in it.
    """
    endpoint.script = ["400"]
    rule = " ".join(f"Rule {n} forbids what rule {n + 1} allows." for n in range(100))
    stack = Stack(items=(Instructions(name="house", text=rule),))
    script = f"""
try: call("x" * 100_000)
except urllib.error.HTTPError: pass
call({rule!r}); call({rule!r})
"""
    _, result = play(
        tmp_path,
        script,
        adapter=Follower(script),
        stack=stack,
        model=Model(id="m", endpoint=endpoint.url, key=KEY),
    )
    (item,) = result.stack
    assert item.state == "present" and item.tokens_a_call is not None
    assert 900 < item.tokens_a_call < 1000
