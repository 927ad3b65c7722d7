"""What the gateway sees besides figures: tools, given texts, the last answer."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.gateway import given as given_module
from cab_core.gateway.given import passages
from cab_core.gateway.models import Model
from cab_core.gateway.observed import Watch
from cab_core.gateway.protocols.openai_chat import ChatReading
from cab_core.plugins.said import KEPT, Said
from cab_core.records import Observed
from tests.gateway.conftest import ASK, STREAM, Client
from tests.support.endpoint import Endpoint
from tests.support.odd_endpoint import OddEndpoint
from tests.support.puppet import play

LONG = "\n".join(f"- Rule {n}: do not write a line that rule {n + 1} forbids." for n in range(200))
X = ("instructions:x", "text")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def tool(name: str, description: str = "") -> dict[str, Any]:
    """A tool as a request offers it."""
    return {"type": "function", "function": {"name": name, "description": description}}


def user(text: Any) -> dict[str, Any]:
    """A request that shows the model a text."""
    return {"messages": [{"role": "user", "content": text}]}


def said(*choices: dict[str, Any]) -> Said:
    """An answer out of these choices."""
    reading = ChatReading()
    for choice in choices:
        reading.take({"choices": [choice]})
    return reading.said


def text_of(watch: Watch) -> Observed:
    """The record, with nothing taken out."""
    return watch.record()


def test_an_offered_tool_is_listed_with_its_calls() -> None:
    """In how many requests, from which to which, and how often the model called it."""
    watch = Watch()
    watch.asked(1, {"tools": [tool("read"), tool("write")]})
    watch.asked(2, {"tools": [tool("read")]})
    watch.answered(2, said({"message": {"tool_calls": [{"function": {"name": "read"}}]}}), True)
    read, write = text_of(watch).tools
    assert (read.name, read.offered, read.first, read.last, read.called) == ("read", 2, 1, 2, 1)
    assert (write.name, write.offered, write.first, write.last, write.called) == ("write", 1, 1, 1, 0)


def test_a_called_tool_is_listed_though_nobody_offered_it() -> None:
    """What the model made up is in the record too."""
    watch = Watch()
    watch.answered(1, said({"message": {"tool_calls": [{"function": {"name": "ghost"}}]}}), True)
    assert [(t.name, t.offered, t.called) for t in text_of(watch).tools] == [("ghost", 0, 1)]


@pytest.mark.parametrize(
    "entry", [tool("t"), {"type": "custom", "custom": {"name": "t"}}, {"type": "namespace", "name": "t"}]
)
def test_every_form_of_a_tool_has_a_name(entry: dict[str, Any]) -> None:
    """A function, one with a grammar, and one that stands bare."""
    watch = Watch()
    watch.asked(1, {"tools": [entry]})
    assert [t.name for t in text_of(watch).tools] == ["t"]


def test_a_call_in_pieces_is_one_call() -> None:
    """Also where the server repeats the name with each piece."""
    piece = {"delta": {"tool_calls": [{"index": 0, "function": {"name": "t", "arguments": "{"}}]}}
    other = {"delta": {"tool_calls": [{"index": 1, "function": {"name": "t"}}]}}
    watch = Watch()
    watch.answered(1, said(piece, piece, other), True)
    assert text_of(watch).tools[0].called == 2


@pytest.mark.parametrize(
    "shown",
    [
        LONG,
        LONG.replace("\n", "\n    "),
        json.dumps({"content": LONG}),
        " ".join(LONG.split()),
        f"<file>\n{LONG}\n</file>",
        [{"type": "text", "text": LONG}],
    ],
)
def test_a_given_text_is_found_however_it_is_wrapped(shown: Any) -> None:
    """Indented, as JSON, in one line, between tags, as a part of a message."""
    watch = Watch({X: LONG})
    watch.asked(1, user("hello"))
    watch.asked(2, user(shown))
    found = text_of(watch).texts[0]
    assert (found.found, found.first) == (found.wanted, 2) and found.wanted > 1


@pytest.mark.parametrize("text", ['say "no" & <b>', "C:\\new\\table", "tab\there, and ünïcode"])
def test_escapes_do_not_hide_a_text(text: str) -> None:
    """Quotation marks, backslashes and signs of HTML are written in several ways."""
    for shown in (
        text,
        json.dumps(text, ensure_ascii=False),
        text.replace("&", "&amp;").replace("<", "&lt;"),
    ):
        watch = Watch({X: text})
        watch.asked(1, user(shown))
        assert text_of(watch).texts[0].found == 1, shown


def test_a_text_that_was_cut_is_found_in_part() -> None:
    """A CLI that shortens its instructions shows some passages, not all."""
    watch = Watch({X: LONG})
    watch.asked(1, user(LONG[: len(LONG) // 2]))
    found = text_of(watch).texts[0]
    assert 0 < found.found < found.wanted


def test_a_text_in_the_description_of_a_tool_is_found() -> None:
    """That is where CLIs list skills."""
    watch = Watch({X: "Measure before you change."})
    watch.asked(1, {"tools": [tool("skill", "One of: Measure before you change.")]})
    assert text_of(watch).texts[0].found == 1


def test_a_text_that_is_too_short_is_not_looked_for() -> None:
    """`{}` stands everywhere and would prove nothing."""
    watch = Watch({X: "{}"})
    watch.asked(1, user("{}"))
    assert text_of(watch).texts[0].wanted == 0


def test_a_message_is_searched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A conversation is sent again with every call: the cost must not grow with its square."""
    read: list[str] = []
    real = given_module.plain
    monkeypatch.setattr(given_module, "plain", lambda text: (read.append(text), real(text))[1])
    watch = Watch({X: "a text that never comes"})
    read.clear()
    for n in range(1, 4):
        watch.asked(n, {"messages": [{"content": f"never {m}"} for m in range(n)]})
    assert read == ["never 0", "never 1", "never 2"]


def test_a_message_without_a_word_of_it_is_not_read_closely(monkeypatch: pytest.MonkeyPatch) -> None:
    """Making a text plain takes milliseconds, in which all cells wait."""
    watch = Watch({X: "a text that never comes"})
    monkeypatch.setattr(given_module, "plain", lambda text: pytest.fail(text))
    watch.asked(1, user("something else"))


def test_what_was_not_searched_is_said() -> None:
    """A request beyond the bound: what is not found in it is unknown."""
    watch = Watch({X: "a text that never comes"})
    watch.asked(1, user("y" * (given_module._SEARCHED + 1)))
    assert text_of(watch).cut


def test_a_million_tools_are_cut_and_said() -> None:
    """The record stays small, and the thread that serves all cells is not held up."""
    request = {"tools": [tool(f"t{n}") for n in range(50_000)]}
    watch, start = Watch(), time.thread_time()
    watch.asked(1, request)
    found = text_of(watch)
    assert len(found.tools) == 1000 and found.cut and time.thread_time() - start < 2


def test_a_long_answer_is_cut_and_said() -> None:
    """The first 64 Ki characters are kept."""
    watch = Watch()
    watch.answered(1, said(*({"delta": {"content": "x" * 1000}} for _ in range(100))), True)
    found = text_of(watch)
    assert found.last_answer == "x" * KEPT and found.last_answer_cut


def test_reasoning_is_kept_apart() -> None:
    """What a model thinks is not what it says."""
    watch = Watch()
    watch.answered(
        1, said({"delta": {"reasoning_content": "I could refuse"}}, {"delta": {"content": "Done."}}), True
    )
    found = text_of(watch)
    assert (found.last_answer, found.last_reasoning) == ("Done.", "I could refuse")


def test_the_last_answer_is_that_of_the_latest_call_that_had_a_text() -> None:
    """Calls may end in another order, and a tool call alone is no text."""
    watch = Watch()
    for n, text, whole in ((2, "second", True), (1, "first", True), (3, "", True), (4, "half", False)):
        watch.answered(n, said({"message": {"content": text}}), whole)
    found = text_of(watch)
    assert (found.last_answer, found.last_answer_call) == ("second", 2)


def test_a_refusal_in_its_own_field_is_what_the_model_said() -> None:
    """Some endpoints keep it apart from the content."""
    parts = ({"delta": {"refusal": "I cannot "}}, {"delta": {"refusal": "help."}})
    assert "".join(said(*parts).text.pieces) == "I cannot help."


def test_a_call_in_the_former_format_is_a_call() -> None:
    """One function, without a list."""
    assert said({"message": {"function_call": {"name": "t", "arguments": "{}"}}}).calls == {0: "t"}


def test_other_choices_are_not_the_answer() -> None:
    """With `n` above 1 the CLI takes the first."""
    assert "".join(said({"index": 1, "message": {"content": "b"}}).text.pieces) == ""


@given(JSON)
def test_no_request_and_no_answer_breaks_it(value: object) -> None:
    """Whatever stands where lists, objects and texts are expected."""
    watch = Watch({X: "some text to look for"})
    for request in ({"messages": value, "tools": value}, {"messages": [value], "tools": [value]}):
        watch.asked(1, request)
        watch.asked(1, {"messages": [{"content": value}], "tools": [{"function": value}]})
    reading = ChatReading()
    for message in (
        value,
        {"content": value, "tool_calls": value},
        {"content": [value], "tool_calls": [value]},
    ):
        reading.take({"choices": [{"delta": message}]})
    watch.answered(1, reading.said, True)
    text_of(watch)


@given(st.text(max_size=3000))
def test_passages_are_of_the_text(text: str) -> None:
    """Each can be found in the text that it comes from."""
    watch = Watch({X: text})
    watch.asked(1, user(text))
    found = text_of(watch).texts[0]
    assert found.found == found.wanted == len(passages(text))


@pytest.fixture(params=[ASK, STREAM], ids=["plain", "stream"])
def body(request: pytest.FixtureRequest) -> Iterator[dict[str, Any]]:
    """A request for a whole answer, and one for a stream."""
    yield request.param


def test_through_the_gateway(client: Client, endpoint: Endpoint, body: dict[str, Any]) -> None:
    """Tools and the answer's text, of a whole answer and of a stream."""
    client.call({**body, "tools": [tool("read")]})
    found = client.session.observed()
    assert (found.requests, found.tools[0].name, found.last_answer) == (1, "read", endpoint.reply)


@pytest.mark.parametrize("ends", ["error in the middle", "finish error"])
def test_what_came_before_an_error_is_not_an_answer(tmp_path: Path, ends: str) -> None:
    """The model wrote something, and then the endpoint failed: nobody knows what would have followed."""
    with OddEndpoint().running() as odd:
        _, result = play(tmp_path, "call(stream=True)", model=Model(id=ends, endpoint=odd.url, key="k"))
    [observed] = tmp_path.rglob("observed.json")
    assert result.outcome == "infra_upstream"
    assert json.loads(observed.read_text())["last_answer"] is None


def test_an_answer_with_thousands_of_calls_is_cut_and_said() -> None:
    """The record of tools stays exact as far as it goes, and says that it does not go to the end."""
    calls = [{"index": n, "function": {"name": "t"}} for n in range(5000)]
    watch = Watch()
    watch.answered(1, said({"message": {"tool_calls": calls}}), True)
    found = text_of(watch)
    assert (found.tools[0].called, found.cut) == (1000, True)


@pytest.mark.parametrize("mode", ["drop", "500", "stream_error"])
def test_half_an_answer_is_none(client: Client, endpoint: Endpoint, mode: str) -> None:
    """An endpoint that breaks off or fails said nothing to the end."""
    endpoint.mode = mode
    try:
        client.call(STREAM)
    except OSError:
        pass
    except Exception as exc:  # noqa: BLE001  http.client has many words for half an answer
        assert "Incomplete" in type(exc).__name__ or "Remote" in type(exc).__name__
    client.gateway.close(client.session)
    assert client.session.observed().last_answer is None


def test_a_foreign_model_s_request_is_not_looked_at(client: Client) -> None:
    """It was refused: what it offers was offered to nobody."""
    client.call({**ASK, "model": "other", "tools": [tool("t")]})
    assert client.session.observed() == Observed()
