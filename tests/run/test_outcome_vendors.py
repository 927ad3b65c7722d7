"""What becomes of a cell for every way in which the endpoints of three protocols fail to answer."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import attrs
import pytest

from cab_core.gateway import relay
from cab_core.gateway.session import CellSession
from cab_core.gateway.upstream import EndpointUpstream
from cab_core.plugins.wire_protocol import WireProtocol
from cab_core.records import Execution, Grade
from cab_core.run.cell_run import Findings
from cab_core.run.classify import classify
from tests.support.forms import responses
from tests.support.odd_vendors import ANSWERED, CASES, FAILED, Odd
from tests.support.vendor import Sent, Vendor, cell_before
from tests.support.wire import GEMINI, MESSAGES, RESPONSES

HI = [{"role": "user", "content": "hi"}]
# Where a call goes, and what is sent.
CALLS = {
    "openai-responses": (RESPONSES, "/responses", {"input": HI}),
    "anthropic-messages": (MESSAGES, "/v1/messages", {"messages": HI, "max_tokens": 9}),
    "gemini": (GEMINI, "/v1beta/models/m:", {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}),
}
ALL = [
    pytest.param(name, odd, id=f"{name}: {case}")
    for name, cases in CASES.items()
    for case, odd in cases.items()
]
# What is refused for the request once the model has answered; a vendor's words for an account are not.
BARE = {"openai-responses": "parameter", "anthropic-messages": "output", "gemini": "bare 400"}
# What shows nothing: the agent's once the model has answered, for an agent may ask for it.
UNTOLD = {*BARE.values(), "bare 400", "end alone"}


@pytest.fixture(scope="module")
def vendor() -> Iterator[Vendor]:
    """An endpoint that sends what a test tells it to."""
    with Vendor().running() as running:
        yield running


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "BACKOFF_S", 0.001)


def ask(url: str, session: CellSession, path: str, body: dict, stream: bool) -> bool:
    """Make one call as a CLI does; return whether it was answered."""
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.netloc, timeout=30)
    if path.endswith(":"):
        path += "streamGenerateContent?alt=sse" if stream else "generateContent"
    else:
        body = {"model": "m", **body, "stream": stream}
    try:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {session.token}"}
        connection.request("POST", place.path + path, json.dumps(body), headers)
        reply = connection.getresponse()
        return reply.status == 200 and bool(reply.read())
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def run(tmp_path: Path, vendor: Vendor, name: str, *answers: Sent, streamed: bool | None = None) -> Findings:
    """Return what is found of a CLI that makes a call for each answer, and gives up where the last brought none.

    `streamed`: it asks for streams; None: where that is what it gets.
    """
    protocol, path, body = CALLS[name]
    assert isinstance(protocol, WireProtocol)
    streamed = isinstance(answers[-1].body, str) if streamed is None else streamed
    vendor.send(*answers)
    with cell_before(vendor, protocol, tmp_path / "calls") as (url, session):
        answered = [ask(url, session, path, body, streamed) for _ in answers]
    ended = Execution(started_at="", ended_at="", duration_s=1.0, exit_code=0 if answered[-1] else 1)
    return Findings(calls=tuple(session.calls), execution=ended, grade=Grade(passed=False))


def crashed(found: Findings) -> Findings:
    """Return the same of a CLI that could not go on."""
    assert found.execution is not None
    return attrs.evolve(found, execution=attrs.evolve(found.execution, exit_code=1))


def outcome_of(odd: Odd) -> str:
    """Return how a cell ends; our CLI takes whatever comes with 200."""
    if odd.ended == FAILED:
        return "infra_upstream"
    if odd.why == "context":
        return "limit_context"
    return "failed" if odd.ended == ANSWERED or odd.sent.status == 200 else "agent_crashed"


@pytest.mark.parametrize(("name", "odd"), ALL)
def test_outcome(tmp_path: Path, vendor: Vendor, name: str, odd: Odd) -> None:
    """Whose fault it is, what it took, and what a person is told."""
    found = run(tmp_path, vendor, name, odd.sent)
    [call] = found.calls
    assert (call.ended, call.fault or call.refused, call.tokens) == (odd.ended, odd.why, odd.tokens), call
    outcome, why = classify(found)
    assert outcome == outcome_of(odd) and odd.says in why, why
    assert odd.ended == FAILED or call.odd == odd.form


@pytest.mark.parametrize("name", ["without names", "done behind the end", "whole"])
def test_a_form_on_which_a_cli_crashes_is_the_endpoints(tmp_path: Path, vendor: Vendor, name: str) -> None:
    """What it is, is told."""
    found = run(tmp_path, vendor, "anthropic-messages", CASES["anthropic-messages"][name].sent, streamed=True)
    outcome, why = classify(crashed(found))
    assert outcome == "infra_upstream" and str(found.calls[0].odd) in why
    assert classify(found)[0] == "failed"


@pytest.mark.parametrize("name", CALLS)
def test_an_event_that_is_cut_in_the_middle_of_a_cell_is_the_endpoints(
    tmp_path: Path, vendor: Vendor, name: str
) -> None:
    """No agent can ask for that; a CLI that reads on all the same is judged."""
    whole, cut = CASES[name]["no length"].sent, CASES[name]["a cut event"].sent
    found = run(tmp_path, vendor, name, whole, cut)
    assert [c.ended for c in found.calls] == ["answered"] * 2
    assert (classify(crashed(found))[0], classify(found)[0]) == ("infra_upstream", "failed")


def test_a_refusal_in_place_of_a_stream_is_one(tmp_path: Path, vendor: Vendor) -> None:
    """The form is the endpoint's, the content is not."""
    found = run(tmp_path, vendor, "gemini", CASES["gemini"]["blocked"].sent, streamed=True)
    assert found.calls[0].odd and classify(crashed(found))[0] == "agent_crashed"


def test_nothing_is_told_of_what_said_nothing(tmp_path: Path, vendor: Vendor) -> None:
    """The name of an exception of ours is no word of the endpoint's."""
    found = run(tmp_path, vendor, "gemini", CASES["gemini"]["nothing"].sent)
    assert found.calls[0].error is None and "it said" not in classify(found)[1]


@pytest.mark.parametrize(
    ("name", "odd"), [p for p in ALL if p.values[1].sent.status in (429, 500, 503, 504, 529)]
)
def test_what_may_pass_is_tried_again(tmp_path: Path, vendor: Vendor, name: str, odd: Odd) -> None:
    """Four times, and no client needs to."""
    assert run(tmp_path, vendor, name, odd.sent).calls[0].tries == EndpointUpstream.tries


def test_a_response_that_is_put_off_voids_no_failure(tmp_path: Path, vendor: Vendor) -> None:
    """An agent may ask for one in the background: it is no answer, and not the endpoint's fault."""
    whole, queued = responses.response(responses.MESSAGE), responses.response(status="queued")
    found = run(tmp_path, vendor, "openai-responses", Sent(whole), Sent(queued))
    assert [c.ended for c in found.calls] == ["answered"] * 2 and found.calls[
        1
    ].odd == "it has no finish_reason"
    assert classify(found)[0] == "failed"


@pytest.mark.parametrize("name", BARE)
def test_a_plain_400_is_the_agents_once_the_model_has_answered(
    tmp_path: Path, vendor: Vendor, name: str
) -> None:
    """Key, model and address are right then."""
    odd = CASES[name][BARE[name]]
    found = run(tmp_path, vendor, name, CASES[name]["without a word"].sent, odd.sent)
    assert [c.ended for c in found.calls] == ["answered", "refused"]
    assert classify(found)[0] == "agent_crashed"


@pytest.mark.parametrize("name", ["openai-responses", "gemini"])
def test_an_end_without_a_word_voids_no_failure(tmp_path: Path, vendor: Vendor, name: str) -> None:
    """It is the endpoint's at first; later it may be what the agent asked for."""
    alone = CASES[name]["end alone"].sent
    found = run(tmp_path, vendor, name, CASES[name]["without a word"].sent, alone)
    assert [c.ended for c in found.calls] == ["answered"] * 2 and classify(found)[0] == "failed"


@pytest.mark.parametrize(
    ("name", "odd"),
    [p for p in ALL if p.values[1].ended == FAILED and p.id.partition(": ")[2] not in UNTOLD],
)
def test_what_is_the_endpoints_stays_so_after_an_answer(
    tmp_path: Path, vendor: Vendor, name: str, odd: Odd
) -> None:
    """It may break in the middle of a cell."""
    first = CASES[name]["without a word"].sent
    found = run(tmp_path, vendor, name, first, odd.sent)
    assert found.calls[0].ended == "answered" and classify(found)[0] == "infra_upstream", found.calls[1]
