"""Which calls go on which conversation, and what each adds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.conversation.threads import conversation
from cab_core.errors import UserError
from cab_core.gateway.protocols.openai_chat import OpenAIChat
from cab_core.plugins.protocols import Reply
from cab_core.plugins.wire_protocol import WireProtocol
from cab_core.records import Usage
from cab_core.records.conversation import Conversation, Turn
from cab_core.wire.reader import Answered, WireCall
from tests.gateway.protocols.test_every import EVERY, stream_of
from tests.support.wire import CHAT, GEMINI, MESSAGES

USAGE = Usage(prompt=1, completion=1)


def call(n: int, request: dict[str, Any], *answers: tuple[int, bytes]) -> WireCall:
    """A call on record."""
    return WireCall(
        n=n,
        start_ns=n,
        method="POST",
        path="p",
        query="",
        headers=(),
        body=json.dumps(request).encode(),
        like=None,
        new=0,
        left_out=0,
        answers=tuple(
            Answered(tried=k, at_ms=1.0, status=status, headers=(), body=body, pieces=())
            for k, (status, body) in enumerate(answers, 1)
        ),
        end_ms=2.0,
    )


def said(text: str, tool: tuple[str, dict[str, Any]] | None = None) -> tuple[int, bytes]:
    """An answer."""
    return 200, json.dumps(CHAT.whole("m", {}, Reply(text=text, tool=tool), USAGE)).encode()


def user(text: str) -> dict[str, Any]:
    """What a user says."""
    return {"role": "user", "content": text}


def model(text: str, *calls: dict[str, Any]) -> dict[str, Any]:
    """What a model said."""
    return {"role": "assistant", "content": text, **({"tool_calls": list(calls)} if calls else {})}


def system(text: str) -> dict[str, Any]:
    """What the system says."""
    return {"role": "system", "content": text}


def chat(*messages: dict[str, Any]) -> dict[str, Any]:
    """A request."""
    return {"model": "m", "messages": list(messages)}


def texts(found: Conversation, thread: int = 0) -> list[tuple[str, str, int]]:
    """Role, text and call of each turn."""
    return [(t.role, t.text, t.call) for t in found.threads[thread].turns]


def test_each_turn_stands_once() -> None:
    """Though every request repeats all that was said."""
    first = [system("be good"), user("mend it")]
    second = [*first, model("I look."), user("go on")]
    found = conversation(
        CHAT, [call(1, chat(*first), said("I look.")), call(2, chat(*second), said("Done."))]
    )
    assert texts(found) == [
        ("system", "be good", 1),
        ("user", "mend it", 1),
        ("assistant", "I look.", 1),
        ("user", "go on", 2),
        ("assistant", "Done.", 2),
    ]
    assert [t.answer for t in found.threads[0].turns] == [False, False, True, False, True]


def test_an_answer_that_the_cli_sends_back_otherwise_stands_once() -> None:
    """With other blanks around, and JSON written in another way."""
    tool = {"id": "call_1", "type": "function", "function": {"name": "sh", "arguments": '{ "a":1}'}}
    asked = chat(
        user("go"), model("I look", tool), {"role": "tool", "tool_call_id": "call_1", "content": "ok"}
    )
    found = conversation(
        CHAT, [call(1, chat(user("go")), said("I look \n", ("sh", {"a": 1}))), call(2, asked, said("Done."))]
    )
    assert texts(found) == [("user", "go", 1), ("assistant", "I look \n", 1), ("assistant", "Done.", 2)]
    (used,) = found.threads[0].turns[1].tools
    assert (used.name, used.arguments, used.result, used.result_call) == ("sh", '{"a": 1}', "ok", 2)


def test_a_side_call_is_a_thread_of_its_own() -> None:
    """A title, asked for before, of the same prompt; and a sub-agent in the middle, below the same system."""
    title = call(1, chat(system("Write a title."), user("mend it")), said("Mending"))
    main = [system("be good"), user("mend it")]
    calls = [
        title,
        call(2, chat(*main), said("I look.")),
        call(3, chat(system("be good"), user("find all uses")), said("There are two.")),
        call(4, chat(*main, model("I look."), user("two")), said("Done.")),
    ]
    found = conversation(CHAT, calls)
    assert [(t.calls, t.side) for t in found.threads] == [((2, 4), False), ((1,), True), ((3,), True)]


ABOUT = user("You are in /work, and it is Thursday.")
PART = "Find every use of it, and say where."


def test_a_sub_agent_is_told_from_who_sent_it() -> None:
    """Though both begin with the same, and it has more calls than the agent itself."""
    sent = {
        "id": "c1",
        "type": "function",
        "function": {"name": "task", "arguments": json.dumps({"prompt": PART})},
    }
    main = [system("be good"), ABOUT, user("mend it")]
    sub = [system("be good"), ABOUT, user(f"Today's task:\n{PART}")]
    looked = [*sub, model("I look."), user("go on"), model("There."), user("go on")]
    calls = [
        call(1, chat(*main), said("", ("task", {"prompt": PART}))),
        call(2, chat(*sub), said("I look.")),
        call(3, chat(*looked[:5]), said("There.")),
        call(4, chat(*looked), said("Two.")),
        call(
            5,
            chat(*main, model("", sent), {"role": "tool", "tool_call_id": "c1", "content": "Two."}),
            said("Done."),
        ),
    ]
    found = conversation(CHAT, calls)
    assert [(t.calls, t.side, t.begun_by) for t in found.threads] == [
        ((1, 5), False, None), ((2, 3, 4), True, 1)
    ]  # fmt: skip


def test_a_summary_in_the_place_of_what_was_said_goes_on() -> None:
    """Without a word of the model, but with all that it began with: as codex keeps what its users say."""
    begin = [ABOUT, user("mend it")]
    calls = [
        call(1, chat(*begin, model("A"), user("b")), said("B")),
        call(2, chat(*begin), said("A")),
        call(3, chat(*begin, user("so far: A, b, B")), said("C")),
    ]
    assert [t.calls for t in conversation(CHAT, calls[1:]).threads] == [(2, 3)]


def test_calls_that_end_in_another_order_are_told_in_that_in_which_they_were_made() -> None:
    """A record has them as they end."""
    first, second = [user("go")], [user("go"), model("A"), user("on")]
    calls = [call(2, chat(*second), said("B")), call(1, chat(*first), said("A"))]
    assert [t for _, t, _ in texts(conversation(CHAT, calls))] == ["go", "A", "on", "B"]


@pytest.mark.parametrize("failed", [True, False, None])
@pytest.mark.parametrize("protocol", [MESSAGES, GEMINI], ids=["messages", "gemini"])
def test_whether_a_tool_failed_is_what_its_result_says(protocol: WireProtocol, failed: bool | None) -> None:
    """None where it says nothing of it."""
    reply = Reply(text="I look.", tool=("sh", {}))
    answer = json.dumps(protocol.whole("m", {}, reply, USAGE)).encode()
    block = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "x"}
    block |= {} if failed is None else {"is_error": failed}
    key = {True: "error", False: "output", None: "x"}[failed]
    back = {"functionResponse": {"name": "sh", "response": {key: "x"}}}
    use = {"type": "tool_use", "id": "toolu_1", "name": "sh", "input": {}}
    asked = {
        "messages": [
            user("go"),
            {"role": "assistant", "content": [use]},
            {"role": "user", "content": [block]},
        ],
        "contents": [
            {"role": "user", "parts": [{"text": "go"}]},
            {"role": "model", "parts": [{"functionCall": {"name": "sh", "args": {}}}]},
            {"role": "user", "parts": [back]},
        ],
    }
    begin = {k: v[:1] for k, v in asked.items()}
    (thread,) = conversation(protocol, [call(1, begin, (200, answer)), call(2, asked, said("Done."))]).threads
    (tool,) = thread.turns[1].tools
    assert tool.result is not None and tool.failed is failed


def test_what_the_system_says_may_change_from_call_to_call() -> None:
    """Some CLIs put the time into it: it is one conversation all the same."""
    asked = [user("go"), model("A"), user("on")]
    calls = [
        call(1, chat(system("it is 1"), user("go")), said("A")),
        call(2, chat(system("it is 2"), *asked), said("B")),
    ]
    (thread,) = conversation(CHAT, calls).threads
    assert thread.calls == (1, 2) and [t.text for t in thread.turns] == [
        "it is 1",
        "go",
        "A",
        "it is 2",
        "on",
        "B",
    ]


def test_a_history_that_was_cut_is_told() -> None:
    """A CLI that has no room left replaces what was said by a summary: how many messages is said."""
    long = [user("go"), model("A"), user("b"), model("B"), user("c")]
    calls = [
        call(1, chat(*long), said("C")),
        call(2, chat(user("go"), model("A"), user("so far: b, c"), user("d")), said("D")),
    ]
    (thread,) = conversation(CHAT, calls).threads
    assert [(t.text, t.again) for t in thread.turns[-3:]] == [("so far: b, c", 4), ("d", 0), ("D", 0)]


def test_a_call_without_an_answer_is_an_error_in_its_place() -> None:
    """And one that was tried again within it is not."""
    calls = [
        call(1, chat(user("go")), (500, b"no")),
        call(2, chat(user("go"))),
        call(3, chat(user("go")), (429, b"wait"), said("A")),
    ]
    assert texts(conversation(CHAT, calls)) == [
        ("user", "go", 1), ("error", "status 500", 1), ("error", "no answer came", 2), ("assistant", "A", 3),
    ]  # fmt: skip


def test_words_that_a_cli_puts_into_its_models_mouth_are_no_answer() -> None:
    """Examples in the first request."""
    (thread,) = conversation(CHAT, [call(1, chat(user("e"), model("x"), user("go")), said("A"))]).threads
    assert [(t.text, t.answer) for t in thread.turns] == [
        ("e", False),
        ("x", False),
        ("go", False),
        ("A", True),
    ]


@EVERY
@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "events"])
def test_every_protocol_is_read(protocol: WireProtocol, streamed: bool) -> None:
    """A question, and an answer that calls a tool."""
    reply = Reply(text="I look.", tool=("shell", {"command": "ls"}))
    body = (
        stream_of(protocol, reply) if streamed else json.dumps(protocol.whole("m", {}, reply, USAGE)).encode()
    )
    asked = {
        "messages": [user("go")],
        "input": [{"type": "message", "role": "user", "content": "go"}],
        "contents": [{"role": "user", "parts": [{"text": "go"}]}],
    }
    first, last = conversation(protocol, [call(1, asked, (200, body))]).threads[0].turns
    assert (first.role, first.text, last.text) == ("user", "go", "I look.")
    assert [(t.name, json.loads(t.arguments)) for t in last.tools] == [("shell", {"command": "ls"})]


WORDS = st.sampled_from(["a", "b", "c"])


@given(st.lists(WORDS, min_size=1, max_size=6), st.lists(st.integers(0, 5), max_size=4))
def test_a_conversation_that_grows_is_told_as_it_was(words: list[str], failed: list[int]) -> None:
    """Also where the same is said again and again, and where calls fail in between and are made again."""
    asked: list[dict[str, Any]] = []
    calls, expected = list[WireCall](), list[tuple[str, str]]()
    for n, word in enumerate(words):
        asked = [*asked, user(word)]
        expected.append(("user", word))
        if n in failed:
            calls.append(call(len(calls) + 1, chat(*asked), (500, b"")))
            expected.append(("error", "status 500"))
        calls.append(call(len(calls) + 1, chat(*asked), said(word)))
        expected.append(("assistant", word))
        asked = [*asked, model(word)]
    (thread,) = conversation(CHAT, calls).threads
    assert [(t.role, t.text) for t in thread.turns] == expected


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_whatever_is_on_record_nothing_is_raised(body: bytes, answer: bytes) -> None:
    """Bodies that are no JSON at all."""
    odd = WireCall(
        n=1, start_ns=0, method="", path="", query="", headers=(), body=body, left_out=3, end_ms=None, like=None, new=0,
        answers=(Answered(tried=1, at_ms=0.0, status=200, headers=(), body=answer, pieces=()),),
    )  # fmt: skip
    found = conversation(CHAT, [odd])
    assert found.left_out == 3 and all(isinstance(t, Turn) for t in found.threads[0].turns)


def test_results_without_ids_go_to_the_tools_that_they_name() -> None:
    """Of generateContent, whose calls have no id: in whichever order the results come."""
    calls = [{"functionCall": {"name": name, "args": {}}} for name in ("read", "list")]
    answer = {"candidates": [{"content": {"role": "model", "parts": calls}, "finishReason": "STOP"}]}
    results = [
        {"functionResponse": {"id": f"{name}-1", "name": name, "response": {"output": name}}}
        for name in ("list", "read")
    ]
    first = {"role": "user", "parts": [{"text": "mend it"}]}
    second = [first, {"role": "model", "parts": calls}, {"role": "user", "parts": results}]
    found = conversation(
        GEMINI,
        [
            call(1, {"contents": [first]}, (200, json.dumps(answer).encode())),
            call(2, {"contents": second}, said("Done.")),
        ],
    )
    tools = found.threads[0].turns[1].tools
    assert [(t.name, json.loads(t.result or "")) for t in tools] == [
        ("read", {"output": "read"}),
        ("list", {"output": "list"}),
    ]


def test_thoughts_that_are_sent_again_are_no_words() -> None:
    """Mistral's models want them back, in the content: the answer stands once, and nothing is gone."""
    parts = [
        {"type": "thinking", "thinking": [{"type": "text", "text": "I see."}]},
        {"type": "text", "text": "Now."},
    ]
    again = {"role": "assistant", "content": parts}
    whole = {"choices": [{"index": 0, "message": again, "finish_reason": "stop"}]}
    first = [user("mend it")]
    found = conversation(
        CHAT,
        [
            call(1, chat(*first), (200, json.dumps(whole).encode())),
            call(2, chat(*first, again, user("go on")), said("Done.")),
        ],
    )
    assert [text for _, text, _ in texts(found)] == ["mend it", "Now.", "go on", "Done."]
    assert found.threads[0].turns[1].reasoning == "I see." and not any(
        t.again for t in found.threads[0].turns
    )


class Torn(OpenAIChat):
    """A protocol of a plugin that fails on an answer."""

    def as_message(self, events: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """Fail, or return what is no message."""
        return {}["text"] if events else []  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("answer", "told"), [(b'{"a": 1}', "raised KeyError: 'text'"), (b"", "returned list, expected dict")]
)
def test_a_protocol_that_fails_on_what_was_said_is_named(answer: bytes, told: str) -> None:
    """In words: a conversation is a view, and a cell whose protocol has no more of it keeps its verdict."""
    with pytest.raises(UserError, match=rf"wire protocol 'openai-chat': as_message\(\) {told}"):
        conversation(Torn(), [call(1, chat(user("go")), (200, answer))])
