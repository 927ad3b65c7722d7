"""Model parameters of a cell, the whole way: what the CLI is told, what the gateway sets, what is on record."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import attrs
import pytest

from cab_core.errors import UserError
from cab_core.gateway.models import Model
from cab_core.plugins.registry import Plugins
from cab_core.records import CellResult, Job, Launch
from cab_core.site.build import build_site
from cab_core.sweep.settings import check_parameters
from tests.support.endpoint import KEY, Endpoint
from tests.support.puppet import Puppet, find_task, plan_one, play
from tests.support.wire import CHAT, GEMINI, RESPONSES


class Settable(Puppet):
    """A CLI that can be told how warm a model is, and says so in every call; and nothing else."""

    model_params = ("temperature",)

    def launch(self, job: Job) -> Launch:
        said = f"SAID = {job.model_params!r}\n"
        return attrs.evolve(
            super().launch(job), files={"script.py": said + super().launch(job).files["script.py"]}
        )


def run(tmp_path: Path, endpoint: Endpoint, script: str, **params: Any) -> tuple[Path, CellResult]:
    """Run a cell with these parameters."""
    model = Model(id="m", endpoint=endpoint.url, key=KEY)
    return play(tmp_path, script, adapter=Settable(script), model=model, model_params=params)


def test_a_cli_is_told_what_it_can_set_and_the_gateway_sets_the_rest(
    tmp_path: Path, endpoint: Endpoint
) -> None:
    """Both are in the call, and the cell says whose doing it was."""
    _, result = run(tmp_path, endpoint, "call(**SAID)", temperature=0.25, max_tokens=9)
    assert [(r["temperature"], r["max_tokens"]) for r in endpoint.requests] == [(0.25, 9)]
    assert b'"temperature": 0.25' in endpoint.bodies[0]  # as the CLI had written it
    assert {n: p.by for n, p in result.parameters.items()} == {"temperature": "cli", "max_tokens": "gateway"}


def test_what_a_cli_does_not_do_is_seen(tmp_path: Path, endpoint: Endpoint) -> None:
    """That it was told is no evidence: a call without it, and one with another value, had it from the gateway."""
    _, result = run(tmp_path, endpoint, "call(); call(temperature=1); call(**SAID)", temperature=0.25)
    assert [r["temperature"] for r in endpoint.requests] == [0.25] * 3
    found = result.parameters["temperature"]
    assert (found.by, found.calls, found.cli_said) == (
        "gateway",
        {"cli": 1, "inserted": 1, "replaced": 1},
        ("1",),
    )
    [written] = tmp_path.rglob("calls.jsonl")
    hows = [json.loads(line)["params"]["temperature"]["how"] for line in written.open()]
    assert hows == ["inserted", "replaced", "cli"]


def test_without_a_call_nothing_is_known_of_any(tmp_path: Path, endpoint: Endpoint) -> None:
    """Unknown is None."""
    _, result = run(tmp_path, endpoint, "pass", max_tokens=9)
    assert (result.parameters["max_tokens"].by, result.parameters["max_tokens"].value) == (None, 9)


def test_one_that_the_endpoint_refuses_is_a_note(tmp_path: Path, endpoint: Endpoint) -> None:
    """The cell went on without."""
    endpoint.refuses = "seed"
    _, result = run(tmp_path, endpoint, "call()", seed=7)
    assert result.parameters["seed"].by == "not set" and len(endpoint.requests) == 2
    assert any("model parameter seed: the endpoint refused it in 1 of 1 calls" in n for n in result.notes)


def test_a_page_shows_who_set_what(tmp_path: Path, endpoint: Endpoint) -> None:
    """And says what the command for one's own endpoint leaves out."""
    run(tmp_path / "runs", endpoint, "call(max_tokens=70000)", temperature=0.25, max_tokens=9)
    build_site([tmp_path / "runs"], tmp_path / "site")
    [page] = [p for p in (tmp_path / "site" / "cell").rglob("index.html") if "max_tokens" in p.read_text()]
    text = " ".join(page.read_text().split())
    assert "set by the gateway (calls: 1 replaced); the CLI had said 70000" in text
    assert "This does not set temperature, max_tokens: in the published cell the gateway did." in text


def test_a_published_command_says_what_the_cli_can_be_told() -> None:
    """As the cell's own launch."""
    planned = plan_one(
        Settable(""), find_task("mutations/py-lru-cache"), Model(id="m", endpoint="http://127.0.0.1:9/v1"),
        Plugins().runtime("local"), model_params={"temperature": 0.5, "max_tokens": 9},
    )  # fmt: skip
    assert planned.params_of_cli == {"temperature": 0.5}


@pytest.mark.parametrize(
    ("protocol", "params"),
    [
        (CHAT, {"seed": 1}),
        (RESPONSES, {"verbosity": "low"}),
        (GEMINI, {"top_k": 4}),
        (RESPONSES, {"temperature": 1}),
    ],
)
def test_what_somebody_can_set_is_taken(protocol: Any, params: dict[str, Any]) -> None:
    """The CLI, or the gateway in this protocol."""
    check_parameters(Settable(""), protocol, params)


@pytest.mark.parametrize(
    ("protocol", "params", "says"),
    [
        (
            RESPONSES,
            {"seed": 1},
            r"unknown model parameter of puppet \(openai-responses\) 'seed'.*neither can the CLI",
        ),
        (GEMINI, {"maxOutputTokens": 1}, "max_tokens"),
        (CHAT, {"max_tokens": 0}, "max_tokens: expected a whole number above 0, got 0"),
        (CHAT, {"max_tokens": True}, "whole number"),
        (CHAT, {"temperature": "warm"}, "temperature: expected a number"),
        (CHAT, {"stop": "END"}, "stop: expected a list of texts"),
        (RESPONSES, {"reasoning_effort": 3}, "expected a text"),
    ],
)
def test_what_nobody_can_set_is_refused(protocol: Any, params: dict[str, Any], says: str) -> None:
    """And so is a value of the wrong kind, before anything is paid."""
    with pytest.raises(UserError, match=f"(?i){says}"):
        check_parameters(Settable(""), protocol, params)


def test_a_cli_that_takes_any_takes_what_the_protocol_has_not() -> None:
    """Under a name of its own; nobody else looks at the value."""
    check_parameters(Puppet(""), RESPONSES, {"seed": "x", "extra_body": {"a": 1}})
