"""What is said of a stack's items: never more than was seen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import attrs
import pytest

from cab_core.conversation.tools import ToolCame
from cab_core.gateway.models import Model
from cab_core.plugins.toolkit import StackEffect
from cab_core.records import (
    Accounted,
    Applied,
    Args,
    Env,
    Files,
    Harvest,
    Instructions,
    Launch,
    McpServer,
    Observed,
    Skill,
    TextSeen,
    ToolSeen,
)
from cab_core.run.stack_state import account, lacking
from cab_core.tasks.stacks import Stack
from tests.support.endpoint import KEY, Endpoint
from tests.support.puppet import Puppet, play

SERVER = Applied(item="mcp:web", tool_prefix="web_")
RULE, SLOW = Applied(item="instructions:rule"), Applied(item="skill:slow")


def seen(
    *tools: ToolSeen, texts: tuple[TextSeen, ...] = (), requests: int = 3, cut: bool = False
) -> Observed:
    """What the gateway saw."""
    return Observed(requests=requests, tools=tools, texts=texts, cut=cut)


def told(*items: Applied, observed: Observed | None, said: Harvest | None = None) -> tuple[Accounted, ...]:
    """What is said of the items of a CLI that offers `list_all` by itself."""
    return account(Launch(argv=("x",), stack=items, own_tools=("list_all",)), observed, said)


def offered(name: str, called: int = 0) -> ToolSeen:
    """A tool that was offered in every call."""
    return ToolSeen(name=name, offered=3, first=1, last=3, called=called)


def text(item: Applied, wanted: int, found: int, part: str = "text") -> TextSeen:
    """A given text, and how much of it was seen, in call 2."""
    return TextSeen(item=item.item, part=part, wanted=wanted, found=found, first=2 if found else None)


OFFERED, CALLED = offered("web_get"), offered("web_get", called=1)
READ, EARLY = (attrs.evolve(offered("read"), first=1, last=last) for last in (4, 3))  # the CLI's own
MADE_UP = ToolSeen(name="web_get", called=2)


@pytest.mark.parametrize(
    ("item", "observed", "state", "evidence"),
    [
        (SERVER, seen(OFFERED), "offered", "offered in calls 1 to 3, never called: web_get"),
        (SERVER, seen(CALLED), "used", "the model called web_get"),
        (SERVER, seen(CALLED, READ), "lost", "called web_get; offered in calls 1 to 3, and not after that"),
        (SERVER, seen(attrs.evolve(OFFERED, first=2), EARLY), "offered", "calls 2 to 3, not before call 2, never"),
        (SERVER, seen(ToolSeen(name="website", offered=1)), "absent", "none of its tools was offered in 3 requests"),
        (SERVER, seen(MADE_UP), "absent", "the model called web_get all the same"),
        (SERVER, seen(cut=True), "unknown", "not all requests"),
        (SERVER, seen(OFFERED, cut=True), "offered", "not seen to be called, though not all was looked at: web_get"),
        (SERVER, seen(requests=0), "unknown", "no request was seen"),
        (SERVER, None, "unknown", "no request was seen"),
        (attrs.evolve(SERVER, tool_prefix=None), seen(CALLED), "unknown", "does not say how"),
        (RULE, seen(texts=(text(RULE, 3, 3),)), "present", "its text was in call 2"),
        (RULE, seen(texts=(text(RULE, 3, 1),)), "partial", "in part (1 of 3 passages)"),
        (RULE, seen(texts=(text(RULE, 3, 0),)), "absent", "in none of 3 requests"),
        (RULE, seen(texts=(text(RULE, 3, 0),), cut=True), "unknown", "not all requests"),
        (RULE, seen(texts=(text(RULE, 0, 0),)), "unknown", "too short"),
        (SLOW, seen(texts=(text(SLOW, 1, 0), text(SLOW, 1, 1, "description"))), "offered", "never read"),
        (SLOW, seen(texts=(text(SLOW, 1, 1), text(SLOW, 1, 1, "description"))), "present", "call 2"),
        (SLOW, seen(texts=(text(SLOW, 1, 0), text(SLOW, 1, 0, "description"))), "absent", "none of"),
        (Applied(item="env:a"), seen(), "unknown", "cannot be seen"),
        (Applied(item="files:a"), seen(texts=(text(Applied(item="files:a"), 1, 0),)), "unknown", "all the same"),
    ],
)  # fmt: skip
def test_the_state_is_what_was_seen(item: Applied, observed: Observed, state: str, evidence: str) -> None:
    """And a sentence says by what."""
    [found] = told(item, observed=observed)
    assert found.state == state and evidence in (found.evidence or "")


def test_the_cli_s_own_word_stands_where_nothing_was_seen() -> None:
    """A server that it could not start failed; one whose tools were offered was there at some time."""
    said = Harvest(failed_items={"mcp:web": "spawn\nENOENT"})
    [failed] = told(SERVER, observed=seen(), said=said)
    assert failed.state == "failed" and (failed.evidence or "").endswith("; the CLI says: spawn ENOENT")
    [shown] = told(SERVER, observed=seen(OFFERED), said=said)
    assert shown.state == "offered" and "spawn ENOENT" in (shown.evidence or "")


SHOP = Applied(item="mcp:web_shop", tool_prefix="web_shop_")


def test_a_tool_that_may_be_of_two_servers_shows_neither() -> None:
    """A server `web` may call a tool `shop_buy`, a server `web_shop` one `buy`: who is there is not known."""
    found = told(SERVER, SHOP, observed=seen(offered("web_shop_buy", called=1)))
    assert [a.state for a in found] == ["unknown", "unknown"]
    assert (found[0].evidence or "").endswith("what may be of mcp:web_shop: web_shop_buy")
    assert (found[1].evidence or "").endswith("what may be of mcp:web: web_shop_buy")
    assert [note.partition(" was not")[0] for note in lacking(found)] == [
        "of the stack, mcp:web",
        "of the stack, mcp:web_shop",
    ]


def test_what_is_its_own_for_certain_counts_beside_what_is_not() -> None:
    """It was offered; that it was never called is not said, where a tool that may be its own was."""
    doubtful = offered("web_shop_buy", called=1)
    [web, shop] = told(SERVER, SHOP, observed=seen(OFFERED, doubtful))
    assert (web.state, shop.state) == ("offered", "unknown")
    assert web.evidence == (
        "offered in calls 1 to 3, not seen to be called "
        "(but for what may be of mcp:web_shop: web_shop_buy): web_get"
    )
    [web, _] = told(SERVER, SHOP, observed=seen(CALLED, doubtful))
    assert web.state == "used"


def test_a_server_that_was_skipped_owns_no_tools() -> None:
    """The CLI was never told of it."""
    [web, _] = told(SERVER, attrs.evolve(SHOP, reason="no"), observed=seen(offered("web_shop_buy", called=1)))
    assert web.state == "used"


def test_a_tool_of_the_cli_itself_shows_no_server() -> None:
    """It offers `list_all` with and without a server `list`."""
    server = Applied(item="mcp:list", tool_prefix="list_")
    [found] = told(server, observed=seen(offered("list_all")))
    assert found.state == "unknown" and "may be of the CLI itself: list_all" in (found.evidence or "")
    [found] = told(server, observed=seen(offered("list_all"), offered("list_some")))
    assert found.state == "offered" and (found.evidence or "").endswith(", never called: list_some")


def test_a_made_up_name_casts_no_doubt() -> None:
    """A call of a tool that nobody offered says nothing of what there was."""
    found = told(SERVER, SHOP, observed=seen(ToolSeen(name="web_shop_buy", called=1)))
    assert [a.state for a in found] == ["absent", "absent"]


def test_where_names_leave_a_doubt_the_cli_s_own_word_decides() -> None:
    """A server that it could not start failed, whoever's tool it was that was offered."""
    said = Harvest(failed_items={"mcp:web_shop": "ENOENT"})
    found = told(SERVER, SHOP, observed=seen(offered("web_shop_buy")), said=said)
    assert [a.state for a in found] == ["unknown", "failed"]


class Cutting(StackEffect):
    """Of a CLI that keeps eight characters of a tool's name."""

    tool_prefix, tool_length = "{name}-", 8

    def mcp(self, item: McpServer) -> None:
        """Take any."""


def test_a_name_is_looked_for_as_far_as_the_cli_keeps_it() -> None:
    """Its tools are known by what is left of it; two that are then the same are not told apart."""
    names = ("short", "a-rather-long", "b-rather-long", "b-rather-other")
    stack = Cutting().apply([McpServer(name=name, command=("x",)) for name in names]).accounts
    assert [a.tool_prefix for a in stack] == ["short-", "a-rather", "b-rather", "b-rather"]
    found = told(*stack, observed=seen(offered("a-rather-2"), offered("b-rather-3")))
    assert [a.state for a in found] == ["absent", "offered", "unknown", "unknown"]


def test_what_was_skipped_has_a_reason_and_no_state() -> None:
    """Nobody looks for what was never given."""
    [found] = told(attrs.evolve(SERVER, reason="speaks no MCP"), observed=seen(CALLED))
    assert (found.reason, found.state, found.evidence) == ("speaks no MCP", None, None)


def test_a_sentence_is_short_however_much_a_cli_says() -> None:
    """What a CLI and a model say has no bound."""
    [found] = told(SERVER, observed=seen(), said=Harvest(failed_items={"mcp:web": "x" * 10_000}))
    assert len(found.evidence or "") == 500


RULES = "Read before you write, and say so."
ITEMS = (
    Instructions(name="rule", text=RULES),
    Instructions(name="lost", text="This one the CLI forgets."),
    McpServer(name="web", command=("x",)),
    Skill(name="slow", description="When it is slow, and why", text="Measure first of all."),
    Env(name="e", values={"A": "1"}),
    Args(name="a", argv=("-v",)),
    Files(name="f", files={"f.txt": "A text that the model is shown."}),
)


class Given(Puppet):
    """A puppet that takes a stack; its CLI names a server's tools `web__...`."""

    def launch(self, job: Any) -> Launch:
        class Effect(StackEffect):
            tool_prefix = "{name}__"

            def mcp(self, item: McpServer) -> None:
                return None

            instructions = skill = mcp  # type: ignore[assignment]

        effect, made = Effect().apply(job.stack), super().launch(job)
        return attrs.evolve(made, stack=effect.accounts)


def test_the_cell_and_its_span_tell_what_was_seen(tmp_path: Path) -> None:
    """From the CLI's requests through the gateway to `cell.json`, `observed.json` and the span."""
    tool = {"type": "function", "function": {"name": "web__get", "description": "When it is slow, and why"}}
    script = f"call({RULES + ' A text that the model is shown.'!r}, tools=[{tool!r}])"
    directory, result = play(tmp_path, "", adapter=Given(script), stack=Stack(names=("house",), items=ITEMS))
    states = {a.item: a.state for a in result.stack}
    assert states == {
        "instructions:rule": "present", "instructions:lost": "absent", "mcp:web": "offered", "skill:slow": "offered",
        "env:e": "unknown", "args:a": "unknown", "files:f": "present",
    }  # fmt: skip
    lost = [note for note in result.notes if "take effect" in note]
    assert lost == [
        "of the stack, instructions:lost was not seen to take effect: its text was in none of 1 request"
    ]
    observed = json.loads((directory / "observed.json").read_text())
    assert observed["tools"][0]["name"] == "web__get" and observed["last_answer"]
    spans = [json.loads(line) for line in (directory / "spans.jsonl").read_text().splitlines()]
    [span] = [s["attributes"] for s in spans if s["name"] == "applied_plugins"]
    assert span["observed"] == [f"{item}: {state}" for item, state in states.items()]
    assert span["applied_count"] == len(ITEMS) and span["skipped_count"] == 0


def test_a_cli_that_never_asks_shows_nothing(tmp_path: Path) -> None:
    """No request: nothing is known of any item, and nothing is called applied."""
    _, result = play(tmp_path, "", adapter=Given(""), stack=Stack(names=("house",), items=ITEMS))
    assert {a.state for a in result.stack} == {"unknown"}


def test_a_key_that_the_model_repeats_is_not_kept(tmp_path: Path, endpoint: Endpoint) -> None:
    """Its last words are in the cell, the endpoint's key is not."""
    endpoint.reply = f"the key is {KEY}, I think"
    directory, _ = play(tmp_path, "call()", model=Model(id="m", endpoint=endpoint.url, key=KEY))
    said = json.loads((directory / "observed.json").read_text())["last_answer"]
    assert said.startswith("the key is ") and KEY not in said


@pytest.mark.parametrize(
    ("came", "says"),
    [
        (ToolCame(2.04, "it is\nthere", None), ", which took at most 2.0 s; its last result: it is there"),
        (ToolCame(0.1, "closed", True), ", which took at most 0.1 s; an error: closed"),
        (ToolCame(0.1, "x" * 500, False), f"; its last result: {'x' * 120}..."),
        (ToolCame(0.1, " ", None), "; its last result is empty"),
    ],
)
def test_what_a_servers_tool_brought_is_told(came: ToolCame, says: str) -> None:
    """How long it took, and how its last result begins: one that answers slowly, or has died, is seen by that."""
    launch = Launch(argv=("x",), stack=(SERVER,))
    (item,) = account(launch, seen(CALLED), None, came={"web_get": came})
    assert item.state == "used" and says in (item.evidence or "")
