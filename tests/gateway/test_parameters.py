"""Model parameters of a sweep on the wire: what the CLI says, and what the gateway sees to."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.gateway.parameters import Parameters, sent, settable, withdraw
from cab_core.gateway.session import CellSession
from cab_core.plugins.protocols import Reply
from cab_core.plugins.wire_protocol import WireProtocol
from cab_core.records import Usage
from cab_core.records.parameters import ParameterOfCall, parameters_seen
from tests.support.vendor import Sent, Vendor, cell_before, events
from tests.support.wire import CHAT, GEMINI, MESSAGES, PROTOCOLS, RESPONSES

# A request of each protocol, its path, and where it says how long an answer may be.
TALK = [{"role": "user", "content": "hi"}]
ASKED: dict[str, tuple[str, dict[str, Any], str]] = {
    CHAT.name: ("/chat/completions", {"model": "m", "messages": TALK}, "max_tokens"),
    RESPONSES.name: ("/responses", {"model": "m", "input": "hi"}, "max_output_tokens"),
    MESSAGES.name: ("/v1/messages", {"model": "m", "messages": TALK}, "max_tokens"),
    GEMINI.name: (
        "/v1beta/models/m:generateContent",
        {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]},
        "generationConfig.maxOutputTokens",
    ),
}
EVERY = pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda p: p.name)
LIMIT = {"max_tokens": 900}


@attrs.frozen
class Cell:
    """One cell before a vendor."""

    url: str
    session: CellSession
    vendor: Vendor

    def ask(self, path: str, body: Any) -> int:
        """Send a body; return the status."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.session.token}"}
        try:
            with urllib.request.urlopen(urllib.request.Request(self.url + path, data, headers)) as reply:
                reply.read()
                return int(reply.status)
        except urllib.error.HTTPError as exc:
            return exc.code

    def params(self) -> dict[str, ParameterOfCall]:
        """What the last call's record says."""
        return self.session.calls[-1].params


@pytest.fixture
def open_cell(tmp_path: Path) -> Iterator[Callable[..., Cell]]:
    """Open a cell with such parameters; what its endpoint answers is right, unless it is told otherwise."""
    with ExitStack() as stack:

        def make(protocol: WireProtocol, params: dict[str, Any], *first: Any) -> Cell:
            vendor = stack.enter_context(Vendor().running())
            usual = protocol.whole("m", {}, Reply(text="ok"), Usage(prompt=5, completion=1))
            vendor.send(*first, usual)
            opened = cell_before(vendor, protocol, tmp_path / "calls.jsonl", params=params)
            return Cell(*stack.enter_context(opened), vendor)

        yield make


def nested(place: str, value: Any) -> dict[str, Any]:
    """An object with a value at a place."""
    for name in reversed(place.split(".")):
        value = {name: value}
    return value


def at(body: Any, place: str) -> Any:
    """What stands at a place."""
    for name in place.split("."):
        body = body[name]
    return body


@EVERY
def test_what_a_cli_does_not_say_is_inserted(protocol: WireProtocol, open_cell: Callable[..., Cell]) -> None:
    """In the protocol's own name and place; every other byte stays."""
    cell, (path, request, place) = open_cell(protocol, LIMIT), ASKED[protocol.name]
    body = json.dumps(request, indent=1).encode()
    assert cell.ask(path, body) == 200
    assert at(json.loads(cell.vendor.raw[0]), place) == 900
    assert cell.vendor.raw[0].endswith(body[1:])
    assert cell.params() == {"max_tokens": ParameterOfCall(how="inserted", place=place)}


@EVERY
def test_another_value_is_replaced(protocol: WireProtocol, open_cell: Callable[..., Cell]) -> None:
    """Its digits and no other byte; what it had been is on record."""
    cell, (path, request, place) = open_cell(protocol, LIMIT), ASKED[protocol.name]
    body = json.dumps({"a": 1.10, **nested(place, 1234567.0), **request, "b": 1e-7}, indent=2).encode()
    assert cell.ask(path, body) == 200
    assert cell.vendor.raw[0] == body.replace(b"1234567.0", b"900")
    assert cell.params() == {"max_tokens": ParameterOfCall(how="replaced", place=place, said="1234567.0")}


@EVERY
def test_what_the_cli_says_itself_passes(protocol: WireProtocol, open_cell: Callable[..., Cell]) -> None:
    """The same number written otherwise is the same."""
    cell, (path, request, place) = open_cell(protocol, LIMIT), ASKED[protocol.name]
    body = json.dumps({**request, **nested(place, 900.0)}).encode()
    assert (cell.ask(path, body), cell.vendor.raw) == (200, [body])
    assert cell.params()["max_tokens"].how == "cli"


@EVERY
def test_every_parameter_of_a_protocol_is_set(protocol: WireProtocol, open_cell: Callable[..., Cell]) -> None:
    """All of them together, in the first of their places."""
    values = {name: n for n, name in enumerate(settable(protocol), 1)}
    cell, (path, request, _) = open_cell(protocol, values), ASKED[protocol.name]
    assert cell.ask(path, request) == 200
    [(_, body)] = cell.vendor.asked
    for name, places in settable(protocol).items():
        assert at(body, ".".join(places[0])) == values[name]
    assert {p.how for p in cell.params().values()} == {"inserted"}


@EVERY
def test_one_that_is_refused_is_withdrawn(protocol: WireProtocol, open_cell: Callable[..., Cell]) -> None:
    """The endpoint has the CLI's own request then; what it did not name stays set."""
    path, request, place = ASKED[protocol.name]
    refusal = Sent(protocol.error(400, f"{place.rpartition('.')[2]}: must be at most 800", "bad"), 400)
    cell = open_cell(protocol, {**LIMIT, "temperature": 0.5}, refusal)
    assert cell.ask(path, nested(place, 5000) | request) == 200
    assert [at(body, place) for _, body in cell.vendor.asked] == [900, 5000]
    found = cell.params()
    assert found["max_tokens"] == ParameterOfCall(how="withdrawn", said="5000")
    assert found["temperature"].how == "inserted"


def test_the_name_that_an_endpoint_takes_is_found(open_cell: Callable[..., Cell]) -> None:
    """OpenAI's newer models take the other one; from then on that is sent at once."""
    words = "Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead."
    cell, (path, request, _) = (
        open_cell(CHAT, LIMIT, Sent(CHAT.error(400, words, "bad"), 400)),
        ASKED[CHAT.name],
    )
    assert [cell.ask(path, request), cell.ask(path, request)] == [200, 200]
    sets = [{k: v for k, v in body.items() if k.startswith("max")} for _, body in cell.vendor.asked]
    assert sets == [{"max_tokens": 900}, {"max_completion_tokens": 900}, {"max_completion_tokens": 900}]
    assert cell.params()["max_tokens"] == ParameterOfCall(how="inserted", place="max_completion_tokens")


def test_the_name_that_the_cli_uses_is_used(open_cell: Callable[..., Cell]) -> None:
    """No second one is put beside it."""
    cell, (path, request, _) = open_cell(CHAT, LIMIT), ASKED[CHAT.name]
    cell.ask(path, {**request, "max_completion_tokens": 7})
    assert cell.vendor.asked[0][1] == {**request, "max_completion_tokens": 900}


def test_a_field_that_is_named_with_its_object_is_meant_alone(open_cell: Callable[..., Cell]) -> None:
    """Google names the object that it stands in, too."""
    words = "Invalid JSON payload received. Unknown name \"seed\" at 'generation_config': Cannot find field."
    cell = open_cell(GEMINI, {**LIMIT, "seed": 7}, Sent([GEMINI.error(400, words, "bad")], 400))
    path, request, _ = ASKED[GEMINI.name]
    assert cell.ask(path, request) == 200
    assert {n: p.how for n, p in cell.params().items()} == {"max_tokens": "inserted", "seed": "withdrawn"}


def test_usage_and_parameters_are_withdrawn_one_after_another(open_cell: Callable[..., Cell]) -> None:
    """As many as there are; trouble of the endpoint in between is tried again as often as ever."""
    bad = [
        Sent(CHAT.error(400, f"unknown field {name}", "bad"), 400)
        for name in ("stream_options", "seed", "top_k")
    ]
    down = [Sent(CHAT.error(500, "oops", "bad"), 500)]
    stream = events({"choices": [{"index": 0, "delta": {"content": "ok"}, "finish_reason": "stop"}]})
    cell = open_cell(CHAT, {"seed": 1, "top_k": 2}, *bad, *down, Sent(stream))
    path, request, _ = ASKED[CHAT.name]
    assert cell.ask(path, {**request, "stream": True}) == 200
    assert cell.vendor.asked[-1][1] == {**request, "stream": True}
    assert {p.how for p in cell.params().values()} == {"withdrawn"}


def test_too_long_a_conversation_is_no_refusal_of_a_parameter(open_cell: Callable[..., Cell]) -> None:
    """Though `max_tokens` is named: without it the model would be asked for something else."""
    words = "input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000"
    cell = open_cell(MESSAGES, LIMIT, Sent(MESSAGES.error(400, words, "bad"), 400))
    path, request, _ = ASKED[MESSAGES.name]
    assert (cell.ask(path, request), len(cell.vendor.asked)) == (400, 1)
    [call] = cell.session.calls
    assert (call.refused, call.params["max_tokens"].how) == ("context", "inserted")


def test_counting_tokens_is_no_call(open_cell: Callable[..., Cell]) -> None:
    """Anthropic takes no `max_tokens` there."""
    cell = open_cell(MESSAGES, LIMIT)
    cell.ask("/v1/messages/count_tokens", {"model": "m", "messages": TALK})
    assert cell.vendor.asked[0][1] == {"model": "m", "messages": TALK}


@pytest.mark.parametrize(
    "odd",
    [
        '"Max_Tokens": 5, ',
        '"MAX_TOKENS": 5, "max_tokens": 5, ',
        '"reasoning": {"effort": "high", "effort": "low"}, ',
        '"reasoning": {"Effort": "high"}, ',
    ],
)
def test_what_readers_differ_on_is_refused(open_cell: Callable[..., Cell], odd: str) -> None:
    """An agent could have another value count than the one that is set."""
    cell = open_cell(CHAT, {**LIMIT, "reasoning_effort": "low"})
    path, request, _ = ASKED[CHAT.name]
    assert cell.ask(path, ("{" + odd + json.dumps(request)[1:]).encode()) == 400
    assert not cell.session.calls and not cell.vendor.asked


def test_however_deep_a_value_is_nested_it_is_replaced_or_refused(open_cell: Callable[..., Cell]) -> None:
    """The machinery does not fail by what an agent writes: what was read can be read again."""
    cell, (path, request, _) = open_cell(CHAT, {"temperature": 0.5}), ASKED[CHAT.name]
    head, tail = json.dumps({**request, "temperature": "here"}).split('"here"')
    statuses = [
        cell.ask(path, f"{head}{'[' * n}{']' * n}{tail}".encode()) for n in (9, 99, *range(190, 210), 999)
    ]
    assert {*statuses} == {200, 400} and sorted(statuses) == statuses
    assert {(c.fault, c.params["temperature"].how) for c in cell.session.calls} == {(None, "replaced")}
    assert {body["temperature"] for _, body in cell.vendor.asked} == {0.5}


def test_what_is_recorded_of_a_cli_s_value_is_short(open_cell: Callable[..., Cell]) -> None:
    """It may be as large as a request, which all cells would wait for to be written."""
    cell, (path, request, _) = open_cell(CHAT, {"temperature": 0.5}), ASKED[CHAT.name]
    odd = [[[1] * 5000], {"a": {}}, "x" * 99, [1, 2]]
    assert {cell.ask(path, json.dumps({**request, "temperature": t}).encode()) for t in odd} == {200}
    said = [c.params["temperature"].said for c in cell.session.calls]
    assert said == ["(a list)", "(an object)", "(101 characters)", "[1, 2]"]


def test_one_without_a_place_is_looked_for_and_never_set(open_cell: Callable[..., Cell]) -> None:
    """Under its own name, or spread as `extra_body` is; that it was not seen does not say that it was not said."""
    cell = open_cell(CHAT, {"user": "5", "extra_body": {"a": 1, "b": [2]}})
    path, request, _ = ASKED[CHAT.name]
    cell.ask(path, request)
    assert cell.vendor.asked[0][1] == request
    assert {n: p.how for n, p in cell.params().items()} == {"user": "unseen", "extra_body": "unseen"}
    cell.ask(path, {**request, "user": "5", "a": 1, "b": [2]})
    assert {n: p.how for n, p in cell.params().items()} == {"user": "cli", "extra_body": "cli"}


def test_a_cell_without_parameters_passes_as_it_came(open_cell: Callable[..., Cell]) -> None:
    """And its calls say nothing of any."""
    cell, (path, request, _) = open_cell(CHAT, {}), ASKED[CHAT.name]
    body = json.dumps({**request, "Max_Tokens": 5}).encode()
    assert (cell.ask(path, body), cell.vendor.raw, cell.params()) == (200, [body], {})


VALUES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers(), max_size=2)
)
FIELDS = st.sampled_from(
    sorted({seg for p in PROTOCOLS for ps in settable(p).values() for q in ps for seg in q})
)
OBJECTS = st.recursive(
    VALUES, lambda inner: st.dictionaries(FIELDS | st.text(), inner, max_size=5), max_leaves=10
)


@EVERY
@given(
    st.dictionaries(FIELDS | st.text(), OBJECTS, max_size=5),
    st.data(),
)
def test_whatever_a_request_holds_the_parameters_are_in_what_goes_out(
    protocol: WireProtocol, request: dict[str, Any], data: st.DataObject
) -> None:
    """Every other value stays; what is withdrawn is gone."""
    names = data.draw(st.sets(st.sampled_from(sorted(settable(protocol))), min_size=1))
    parameters = Parameters(protocol, dict.fromkeys(names, 900))
    if not parameters.is_clear(request):
        return
    body, settings = json.dumps(request).encode(), parameters.of(request)
    found = json.loads(sent(body, settings))
    for setting in settings.values():
        assert setting.targets and all(at(found, ".".join(path)) == 900 for path in setting.targets)
    refusal = " ".join(seg for s in settings.values() for p in s.targets for seg in p).encode()
    while withdraw(settings, refusal + b" max_completion_tokens effort"):
        pass
    assert sent(body, settings) == body


def seen(*hows: Any) -> Any:
    """What a cell says of one parameter that went out in these ways."""
    from tests.gateway.test_session import CALL

    calls = [attrs.evolve(CALL, params={"t": ParameterOfCall(how=how, said=said)}) for how, said in hows]
    return parameters_seen({"t": 1}, calls)["t"]


@pytest.mark.parametrize(
    ("hows", "by"),
    [
        (["cli", "cli"], "cli"),
        (["inserted"], "gateway"),
        (["cli", "replaced"], "gateway"),
        (["withdrawn"], "not set"),
        (["cli", "withdrawn"], "in part"),
        (["unseen"], None),
        (["cli", "unseen"], None),
        ([], None),
    ],
)
def test_a_cell_says_how_each_came_into_its_calls(hows: list[Any], by: str | None) -> None:
    """In the light of all of them; unknown is None."""
    found = seen(*((how, None) for how in hows))
    assert found.by == by and sum(found.calls.values()) == len(hows)


def test_a_cell_says_what_the_cli_wanted() -> None:
    """Each other value once, a few of them."""
    found = seen(*(("replaced", str(n)) for n in [2, 2, 3, 4, 5, 6, 7]), ("cli", "1"))
    assert found.cli_said == ("2", "3", "4", "5", "6") and found.calls == {"cli": 1, "replaced": 7}
