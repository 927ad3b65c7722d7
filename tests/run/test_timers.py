"""The endpoint's silence, the CLI's patience and the wall limit: which of them ended a cell."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cab_core.gateway.models import Model
from cab_core.records import CellResult, Execution, Grade, Limits, ModelCall, Usage
from cab_core.run import classify as classify_module
from cab_core.run.cell_run import Findings
from cab_core.run.classify import classify
from tests.support.odd_endpoint import OddEndpoint, written
from tests.support.puppet import FIX, play


@pytest.fixture
def odd() -> Iterator[OddEndpoint]:
    """An endpoint that answers `whole`, and is silent for `hang`."""
    with OddEndpoint().running() as running:
        running.extra["hang"] = lambda handler: running.released.wait(30) and None
        yield running


def cell(
    tmp_path: Path, odd: OddEndpoint, model: str, script: str, wall_s: float = 1.5, **more
) -> CellResult:
    """Run a cell whose CLI is a script."""
    found = Model(id=model, endpoint=odd.url, key="sk-some-key-0123456789", **more)
    result = play(tmp_path, script, model=found, limits=Limits(wall_s=wall_s))[1]
    odd.released.set()
    return result


@pytest.mark.parametrize("idle_s", [300.0, 1.5])
def test_an_endpoint_that_is_silent_until_the_wall_counts_against_nobody(
    tmp_path: Path, odd: OddEndpoint, idle_s: float
) -> None:
    """Whichever of the two limits is the shorter."""
    result = cell(tmp_path, odd, "hang", "call()", idle_s=idle_s)
    assert result.outcome == "infra_upstream", result.why
    assert "sent nothing for too long" in result.why or "not a byte had come" in result.why


IMPATIENT = """
import socket
socket.setdefaulttimeout(0.4)
for _ in range(3):
  try: call()
  except OSError: pass
"""


def test_a_cli_that_loses_patience_with_a_silent_endpoint_did_not_fail(
    tmp_path: Path, odd: OddEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own timer, a long one, ended its calls, and then it gave up."""
    monkeypatch.setattr(classify_module, "_PATIENCE_S", 0.3)
    result = cell(tmp_path, odd, "hang", IMPATIENT + "sys.exit(1)", wall_s=20)
    assert result.outcome == "infra_upstream" and "the CLI hung up on call" in result.why


@pytest.mark.parametrize(("then", "outcome"), [("sys.exit(1)", "agent_crashed"), ("", "failed")])
def test_hanging_up_early_says_nothing_of_the_endpoint(
    tmp_path: Path, odd: OddEndpoint, then: str, outcome: str
) -> None:
    """Three short calls are no time to answer in. It ends as the CLI did, and the reason says what was seen."""
    result = cell(tmp_path, odd, "hang", IMPATIENT + then, wall_s=20)
    assert result.outcome == outcome, result.why
    assert "the CLI hung up on call 3 after 0." in result.why and "not a byte had come" in result.why


def waited(
    seconds: float, stopped: str | None, hung_up: bool, exit_code: int = 1, calls: int = 1
) -> tuple[str, str]:
    """Return the outcome of a cell whose calls, each of so many seconds, were not answered."""
    call = ModelCall(
        n=1, started_at="", request_sha256="", model_asked="m", model_served=None, usage=Usage(), streamed=False,
        status=None, finish_reason=None, latency_ms=seconds * 1000, first_token_ms=None, throttle_ms=0.0, tries=1,
        broken_off=True, hung_up=hung_up,
    )  # fmt: skip
    ended = Execution(started_at="", ended_at="", duration_s=60, exit_code=exit_code, stopped=stopped)  # type: ignore[arg-type]
    grade = Grade(passed=False)
    return classify(Findings(calls=(call,) * calls, execution=ended, grade=grade))


@pytest.mark.parametrize(
    ("seconds", "stopped", "hung_up", "outcome"),
    [
        (9.9, None, True, "agent_crashed"),
        (10.0, None, True, "infra_upstream"),
        (9.9, "limit_wall", True, "limit_wall"),
        (1.9, "limit_wall", False, "limit_wall"),
        (2.0, "limit_wall", False, "infra_upstream"),
        (9.9, None, False, "agent_crashed"),  # a process that it left behind held the call
        (9.9, "limit_calls", False, "limit_calls"),  # and an agent can bring such a limit about
    ],
)
def test_how_long_an_endpoint_must_be_silent(
    seconds: float, stopped: str | None, hung_up: bool, outcome: str
) -> None:
    """Two seconds before the wall limit, ten before what the CLI or its agent can bring about."""
    assert waited(seconds, stopped, hung_up)[0] == outcome


@pytest.mark.parametrize("stopped", [None, "limit_wall", "limit_calls"])
def test_many_short_calls_are_time_as_well(stopped: str | None) -> None:
    """A CLI with little patience asks again and again: in none of its calls a byte came, and that was long."""
    assert waited(3.0, stopped, hung_up=True, calls=3)[0] != "infra_upstream"
    assert waited(3.0, stopped, hung_up=True, calls=4)[0] == "infra_upstream"


@pytest.mark.parametrize("hung_up", [True, False])
def test_a_cli_that_ends_while_it_waits_is_judged_and_that_is_told(hung_up: bool) -> None:
    """Whether its end was seen as hanging up, or the cell's end came first."""
    outcome, why = waited(1.0, None, hung_up, exit_code=0)
    assert outcome == "failed" and "not a byte had come" in why


def test_an_answer_that_the_cli_hung_up_on_is_told(tmp_path: Path, odd: OddEndpoint) -> None:
    """A CLI that notices that it is told the same again and again ends well; how far that had come may be why."""
    word = f"data: {json.dumps(written())}\n\n"
    odd.extra["goes on"] = lambda handler: odd.stream(handler, [word] * 20, then_wait=True)
    script = """
import socket
socket.setdefaulttimeout(0.5)
try: call(stream=True)
except OSError: pass
"""
    result = cell(tmp_path, odd, "goes on", script, wall_s=20)
    assert result.outcome == "failed" and "20 events of its stream had come, at least 20 tokens" in result.why


def test_keep_alives_alone_are_no_answer(tmp_path: Path, odd: OddEndpoint) -> None:
    """A server that only says that it lives has not answered."""
    odd.extra["alive"] = lambda handler: odd.stream(handler, [": alive\n\n"] * 3, then_wait=True)
    result = cell(tmp_path, odd, "alive", "call(stream=True)")
    assert result.outcome == "infra_upstream" and "nothing but keep-alives" in result.why


def test_a_silence_after_answers_is_the_wall_and_is_told(tmp_path: Path, odd: OddEndpoint) -> None:
    """The endpoint had answered: it may be slow, and what was asked may be much."""
    odd.answered_first.add("hang")
    result = cell(tmp_path, odd, "hang", "call()\ncall()")
    assert result.outcome == "limit_wall"
    assert "call 2 was under way for" in result.why and "not a byte had come" in result.why


def test_an_endless_answer_is_the_wall_and_is_told(tmp_path: Path, odd: OddEndpoint) -> None:
    """How much had come, and its tokens at the least."""
    event = f"data: {json.dumps(written())}\n\n"
    odd.extra["endless"] = lambda handler: odd.stream(handler, [event] * 60, then_wait=True)
    result = cell(tmp_path, odd, "endless", "call(stream=True)")
    assert result.outcome == "limit_wall"
    assert "60 events of its stream had come, at least 60 tokens" in result.why
    assert (result.tokens.total, result.tokens.at_least) == (None, 60)
    assert result.scores["tokens"].values["at_least"] == 60


def test_a_cli_that_asks_late_was_not_kept_waiting(tmp_path: Path, odd: OddEndpoint) -> None:
    """It was busy with something else for most of its time."""
    result = cell(tmp_path, odd, "hang", "import time; time.sleep(1.4); call()", wall_s=1.9)
    assert result.outcome == "limit_wall", result.why


def test_a_cli_that_is_ended_before_its_first_call_met_its_limit(tmp_path: Path, odd: OddEndpoint) -> None:
    """It may have been about to call."""
    result = cell(tmp_path, odd, "whole", "import time; time.sleep(30)")
    assert result.outcome == "limit_wall" and "had not called the model by then" in result.why


def test_a_cli_that_is_ended_while_it_asks_in_vain_says_so(tmp_path: Path, odd: OddEndpoint) -> None:
    """For what it asked."""
    script = """
try: urllib.request.urlopen(urllib.request.Request(os.environ["ENDPOINT"] + "/messages", b"{}",
    {"x-api-key": os.environ["TOKEN"]}))
except urllib.error.HTTPError: import time; time.sleep(30)
"""
    result = cell(tmp_path, odd, "whole", script)
    assert result.outcome == "limit_wall" and "POST /v1/messages" in result.why


@pytest.mark.parametrize("then", ["sys.exit(1)", "import time; time.sleep(30)", ""])
def test_an_overflow_has_one_outcome_whatever_the_cli_makes_of_it(
    tmp_path: Path, odd: OddEndpoint, then: str
) -> None:
    """It crashes, waits until the wall, or gives up in peace; what it had done is graded."""
    odd.answered_first.add("context openai")
    script = FIX + "try: call()\nexcept urllib.error.HTTPError: pass\n" + then
    result = cell(tmp_path, odd, "context openai", script, wall_s=3 if "sleep" in then else 30)
    assert result.outcome == "limit_context" and "4096" in result.why
    assert result.scores["pass_rate"].values["pass"] == 1


def test_memory_is_no_matter_of_the_endpoint() -> None:
    """A CLI that was killed for it while it waited for an answer was killed for it."""
    call = ModelCall(
        n=1, started_at="", request_sha256="", model_asked="m", model_served=None, usage=Usage(), streamed=False,
        status=None, finish_reason=None, latency_ms=9000.0, first_token_ms=None, throttle_ms=0.0, tries=1,
        broken_off=True, hung_up=True,
    )  # fmt: skip
    ended = Execution(started_at="", ended_at="", duration_s=10, exit_code=None, stopped="limit_memory")
    assert classify(Findings(calls=(call,), execution=ended))[0] == "limit_memory"
