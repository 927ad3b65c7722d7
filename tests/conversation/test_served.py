"""What real servers were seen to send, through a gateway to a real SDK: the conversation is what was said.

Each case is a habit that was reported of a server or of a relay, in the shape that the report shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import anthropic
import openai
import pytest

from cab_core.conversation.read import read_conversation
from cab_core.gateway.server import Gateway
from cab_core.gateway.session import CellSession
from cab_core.plugins.wire_protocol import WireProtocol
from cab_core.records.conversation import Conversation
from tests.support.recorded import recording
from tests.support.vendor import Sent, Vendor, events
from tests.support.wire import CHAT, GEMINI, MESSAGES, RESPONSES

PROTOCOLS = {p.name: p for p in (CHAT, RESPONSES, MESSAGES, GEMINI)}
TWO = [("read", '{"p":1}'), ("list", '{"p":2}')]


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    """A gateway for all tests of this file."""
    with Gateway() as running:
        yield running


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    """A server that sends what it is told to."""
    with Vendor().running() as running:
        yield running


class Said:
    """What a client was told, once it has asked a server through a gateway. `session`: that of its cell."""

    session: CellSession

    def __init__(self, gateway: Gateway, vendor: Vendor, directory: Path) -> None:
        self._gateway, self._vendor, self._directory = gateway, vendor, directory

    def __call__(
        self, protocol: WireProtocol, client: Callable[[str, str], None], *sent: Any
    ) -> Conversation:
        """Return the conversation."""
        self._vendor.send(*sent)
        with recording(self._gateway, self._directory, self._vendor.url, protocol) as self.session:
            client(self._gateway.url + protocol.base, self.session.token)
        found = read_conversation(self._directory, PROTOCOLS.__getitem__)
        assert found is not None
        return found[0]

    def counted(self) -> dict[str, int]:
        """How often each tool was called, as it was seen while the answers passed."""
        tools = self.session.watch.record().tools
        return {tool.name: tool.called for tool in tools if tool.called}


@pytest.fixture
def said(gateway: Gateway, vendor: Vendor, tmp_path: Path) -> Said:
    """What asks."""
    return Said(gateway, vendor, tmp_path)


def called(found: Conversation) -> list[tuple[str, str]]:
    """Name and arguments of the calls in all answers."""
    return [(t.name, t.arguments) for turn in found.threads[0].turns if turn.answer for t in turn.tools]


# Chat completions.


def chat_client(url: str, token: str) -> None:
    """One call, whose stream is read to its end."""
    client = openai.OpenAI(base_url=url, api_key=token, max_retries=0)
    asked: Any = [{"role": "user", "content": "hi"}]
    for _ in client.chat.completions.create(model="m", stream=True, messages=asked):
        pass


def piece(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    """An event of a stream."""
    head = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def tool(name: str | None, arguments: object, **more: Any) -> dict[str, Any]:
    """A piece of a call."""
    function = {"arguments": arguments, **({"name": name} if name else {})}
    return piece({"tool_calls": [{"type": "function", "function": function, **more}]})


def stream(*pieces: dict[str, Any]) -> str:
    """A stream of pieces, with its end."""
    return events(*pieces, piece({}, "tool_calls")) + "data: [DONE]\n\n"


def _failed() -> dict[str, Any]:
    """An end, as OpenRouter has it."""
    found = piece({}, "stop")
    [choice] = found["choices"]
    return {**found, "choices": [{**choice, "native_finish_reason": "network_error"}]}


CALLS = {
    "every call has the index 0": [
        tool("read", '{"p":1}', index=0, id="a"),
        tool("list", '{"p":2}', index=0, id="b"),
    ],
    "every call has the index 0, in pieces": [
        *(tool("read", "", index=0, id="a"), tool(None, '{"p":', index=0), tool(None, "1}", index=0)),
        *(tool("list", "", index=0, id="b"), tool(None, '{"p":2}', index=0)),
    ],
    "no index": [tool("read", '{"p":1}', id="a"), tool("list", '{"p":2}', id="b")],
    "no index, in pieces": [
        *(tool("read", "", id="a"), tool(None, '{"p":', id="a"), tool(None, "1}", id="a")),
        *(tool("list", '{"p":', id="b"), tool(None, "2}")),
    ],
    "the pieces have another id than their call": [
        *(tool("read", "", index=0, id="a"), tool(None, '{"p":1}', index=0, id="x")),
        *(tool("list", "", index=1, id="b"), tool(None, '{"p":2}', index=1, id="y")),
    ],
    "each piece repeats the name": [
        *(tool("read", '{"p":', index=0, id="a"), tool("read", "1}", index=0, id="a")),
        *(tool("list", '{"p":', index=1), tool("list", "2}", index=1)),
    ],
}


@pytest.mark.parametrize("habit", CALLS)
def test_calls_of_tools_stay_apart(said: Said, habit: str) -> None:
    """Two calls, however a server tells them apart; each is counted once."""
    found = said(CHAT, chat_client, stream(*CALLS[habit]))
    assert called(found) == TWO
    assert said.counted() == {"read": 1, "list": 1}


def test_calls_without_an_id_stay_apart(said: Said) -> None:
    """The one is whole when the next begins."""
    calls = [tool(name, arguments, index=0, id="") for name, arguments in TWO]
    assert called(said(CHAT, chat_client, stream(*calls))) == TWO


def test_arguments_may_be_an_object(said: Said) -> None:
    """Not a text with JSON in it."""
    assert called(said(CHAT, chat_client, stream(tool("read", {"p": 1}, index=0, id="a")))) == [
        ("read", '{"p": 1}')
    ]


THOUGHTS: dict[str, list[dict[str, Any]]] = {
    "in parts of the content": [
        {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": text}]}]}
        for text in ("I ", "see.")
    ],
    "in details alone": [
        {"reasoning_details": [{"type": "reasoning.text", "text": text}]} for text in ("I ", "see.")
    ],
    "in details and beside them": [
        {"reasoning": text, "reasoning_details": [{"type": "reasoning.text", "text": text}]}
        for text in ("I ", "see.")
    ],
}


@pytest.mark.parametrize("where", THOUGHTS)
def test_thoughts_are_found_and_kept_apart(said: Said, where: str) -> None:
    """Wherever a server puts them, they are reasoning, and no words of the answer."""
    deltas = [*THOUGHTS[where], {"content": [{"type": "text", "text": "Now."}]}]
    turn = said(CHAT, chat_client, stream(*map(piece, deltas))).threads[0].turns[-1]
    assert (turn.text, turn.reasoning) == ("Now.", "I see.")


# Reasons, as servers give them, of an answer that was cut; why no model answered.
CUT: dict[str, tuple[list[dict[str, Any]], str]] = {
    "an empty reason with each event": ([piece({"content": text}, "") for text in "ab"], "dropped"),
    "the usual end, of what its own upstream calls a failure": (
        [piece({"content": "a"}), _failed()],
        "error_in_200",
    ),
}


@pytest.mark.parametrize("habit", CUT)
def test_an_answer_that_was_cut_is_none(said: Said, habit: str) -> None:
    """It is the endpoint's failure, whichever reason stands in it; not the end of what the model said."""
    sent, fault = CUT[habit]
    with suppress(Exception):  # what the client makes of it is its own
        said(CHAT, chat_client, Sent(events(*sent), measured=False))
    assert said.session.calls[0].fault == fault


# Messages.


def messages_client(url: str, token: str) -> None:
    """One call, whose stream is read to its end."""
    client = anthropic.Anthropic(base_url=url, api_key=token, max_retries=0)
    asked: Any = [{"role": "user", "content": "hi"}]
    with client.messages.stream(model="m", max_tokens=9, messages=asked) as answer:
        answer.until_done()


def block(index: int, given: dict[str, Any], *pieces: str, **more: Any) -> list[dict[str, Any]]:
    """The events of one call."""
    begun = {"type": "tool_use", "input": given, **more}
    deltas = [{"type": "input_json_delta", "partial_json": p} for p in pieces]
    return [
        {"type": "content_block_start", "index": index, "content_block": begun},
        *({"type": "content_block_delta", "index": index, "delta": d} for d in deltas),
        {"type": "content_block_stop", "index": index},
    ]


def answer_of(*blocks: list[dict[str, Any]]) -> str:
    """A whole stream."""
    head = {"id": "x", "type": "message", "role": "assistant", "model": "m", "content": []}
    begun = {**head, "stop_reason": None, "usage": {"input_tokens": 10, "output_tokens": 1}}
    ended = {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 5}}
    inner = [event for events_of_one in blocks for event in events_of_one]
    found = [{"type": "message_start", "message": begun}, *inner, ended, {"type": "message_stop"}]
    return events(*found, named=True)


BLOCKS = {
    "the input stands at the start and comes in pieces": [
        block(0, {"p": 1}, '{"p":', "1}", id="a", name="read"),
        block(1, {"p": 2}, '{"p":2}', id="b", name="list"),
    ],
    "two blocks with one index": [
        block(0, {}, '{"p":1}', id="a", name="read"),
        block(0, {}, '{"p":2}', id="b", name="list"),
    ],
}


@pytest.mark.parametrize("habit", BLOCKS)
def test_blocks_stay_apart(said: Said, habit: str) -> None:
    """Two calls, each with its input once."""
    assert called(said(MESSAGES, messages_client, answer_of(*BLOCKS[habit]))) == TWO
    assert said.counted() == {"read": 1, "list": 1}


def test_an_input_that_stands_at_the_start_alone_counts(said: Said) -> None:
    """Some relays send no piece of it."""
    found = said(MESSAGES, messages_client, answer_of(block(0, {"p": 1}, id="a", name="read")))
    assert called(found) == [("read", '{"p": 1}')]


# Responses.

HEAD = {"id": "resp_1", "object": "response", "created_at": 1, "model": "m", "status": "in_progress"}
HEAD |= {"output": [], "tools": [], "tool_choice": "auto", "parallel_tool_calls": True}
USED = {"input_tokens": 5, "output_tokens": 2, "total_tokens": 7}


def responses_client(url: str, token: str) -> None:
    """One call, whose stream is read to its end."""
    client = openai.OpenAI(base_url=url, api_key=token, max_retries=0)
    for _ in client.responses.create(model="m", input="hi", stream=True):
        pass


def function(n: int, arguments: str, name: str = "read") -> dict[str, Any]:
    """An item that calls a tool."""
    ids = {"id": f"fc_{n}", "call_id": f"call_{n}"}
    return {"type": "function_call", **ids, "name": name, "arguments": arguments, "status": "completed"}


def words(text: str, id_: str = "msg_1") -> dict[str, Any]:
    """An item that says something."""
    part = {"type": "output_text", "text": text, "annotations": []}
    head = {"type": "message", "id": id_, "role": "assistant", "status": "completed"}
    return {**head, "content": [part]}


def thought(text: str) -> dict[str, Any]:
    """An item that thinks."""
    return {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": text}]}


def items(*found: tuple[int, dict[str, Any]], output: bool) -> str:
    """A stream that tells each item, by its index, when it begins and ends; `output`: and at its end."""
    inner = [
        {"type": f"response.output_item.{when}", "output_index": index, "item": item}
        for index, item in found
        for when in ("added", "done")
    ]
    whole = {**HEAD, "status": "completed", "usage": USED}
    whole |= {"output": [item for _, item in found]} if output else {}
    begun = {"type": "response.created", "response": HEAD}
    return events(begun, *inner, {"type": "response.completed", "response": whole}, named=True)


@pytest.mark.parametrize("output", [True, False], ids=["whole at the end", "empty at the end"])
def test_items_with_one_index_stay_apart(said: Said, output: bool) -> None:
    """Two calls at one place in the answer."""
    both = [(0, function(n, arguments, name)) for n, (name, arguments) in enumerate(TWO)]
    assert called(said(RESPONSES, responses_client, items(*both, output=output))) == TWO
    assert said.counted() == {"read": 1, "list": 1}


def test_items_without_pieces_and_whole_answer_are_heard(said: Said) -> None:
    """Words and thoughts that come with the end of their items alone."""
    sent = items((0, thought("I see.")), (1, words("Now.")), output=False)
    turn = said(RESPONSES, responses_client, sent).threads[0].turns[-1]
    assert (turn.text, turn.reasoning) == ("Now.", "I see.")
    seen = said.session.watch.record()
    assert (seen.last_answer, seen.last_reasoning) == ("Now.", "I see.")


def kept(*outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Whole answers, each with an id of its own."""
    return [
        {**HEAD, "id": f"resp_{n}", "status": "completed", "output": output, "usage": USED}
        for n, output in enumerate(outputs, 1)
    ]


RESULT = {"type": "function_call_output", "call_id": "call_1", "output": "done"}
TURNS = [
    *(("system", "be good"), ("user", "mend it"), ("assistant", ""), ("assistant", "ok")),
    *(("user", "go on"), ("assistant", "end")),
]


def behind_answers(url: str, token: str) -> None:
    """Each call names the answer that it goes on."""
    client = openai.OpenAI(base_url=url, api_key=token, max_retries=0)
    last = client.responses.create(model="m", instructions="be good", input="mend it").id
    for more in ([RESULT], "go on"):
        asked: Any = more
        last = client.responses.create(
            model="m", instructions="be good", previous_response_id=last, input=asked
        ).id


def by_reference(url: str, token: str) -> None:
    """Each call sends all again, and names what the model said."""
    client = openai.OpenAI(base_url=url, api_key=token, max_retries=0)
    asked: Any = [{"role": "user", "content": "mend it"}]
    steps: Any = [
        [{"type": "item_reference", "id": id_} for id_ in ("rs_1", "fc_1")] + [RESULT],
        [{"type": "item_reference", "id": "msg_1"}, {"role": "user", "content": "go on"}],
        [],
    ]
    for step in steps:
        client.responses.create(model="m", instructions="be good", input=asked)
        asked += step


@pytest.mark.parametrize("client", [behind_answers, by_reference])
def test_what_an_endpoint_keeps_is_one_conversation(said: Said, client: Any) -> None:
    """Where a CLI does not send again what the endpoint knows: one thread, each turn once, nothing is gone."""
    answers = kept([thought("I see."), function(1, '{"p":1}')], [words("ok")], [words("end", "msg_2")])
    found = said(RESPONSES, client, *answers)
    turns = found.threads[0].turns
    assert [(t.role, t.text) for t in turns] == TURNS and len(found.threads) == 1
    assert turns[2].tools[0].result == "done" and not any(t.again for t in turns)
