"""What becomes of a cell when the endpoint misbehaves: with one call of a script, and with each real CLI."""

from __future__ import annotations

from errno import ENOSPC
from pathlib import Path

import pytest

from cab_core.gateway import relay
from cab_core.gateway.call_file import CallFile
from cab_core.gateway.models import ConfigDoc, EndpointChoice, Model
from cab_core.plugins.protocols import StopSignal
from cab_core.plugins.registry import Plugins
from cab_core.records import CellResult, Limits, ModelCall, Sweep
from cab_core.store.cells import Store
from cab_core.sweep.plan import make_plan
from cab_core.sweep.runner import run_plan
from cab_core.sweep.work import Events
from cab_core.tasks.catalog import Catalog
from tests.support.endpoint import KEY, USAGE, Endpoint
from tests.support.often import rows
from tests.support.puppet import play

CLIS = ("aider", "opencode", "copilot")
OTHERS = ("codex", "claude", "gemini")  # which speak no chat completions
WALL = 40.0  # seconds, of which a CLI may take many to start on a busy machine
ENOUGH = 90.0  # for a run that ends by itself
TRIED_AGAIN = {"429", "500", "drop", "hang_up", "hang"}  # by some for longer than a test may take


def run(
    tmp_path: Path, endpoint: Endpoint, tuis: tuple[str, ...] = CLIS, wall: float = ENOUGH
) -> dict[str, CellResult]:
    """Run one cell of each real CLI against the endpoint, all at once."""
    plugins = Plugins()
    sweep = Sweep(
        tuis=tuis,
        models=("served-1",),
        tasks=("mutations/py-stock-reorder",),
        limits=Limits(wall_s=wall),
    )
    choice = EndpointChoice(url=endpoint.url, key=KEY)
    plan = make_plan(sweep, plugins, Catalog(plugins), choice, ConfigDoc(), lambda _: None)
    store = Store(tmp_path)
    done = run_plan(plan, plugins, store, len(tuis), Events(), StopSignal())
    results = [store.result(path) for path, _ in done]
    for result in results:
        assert result.execution is not None and result.execution.duration_s < wall + 8
    return {result.cell.tui: result for result in results}


MODES = {
    "401": ("infra_upstream", "check the key"),
    "403": ("infra_upstream", "may this key use this model"),
    "404": ("infra_upstream", "check --model"),
    "429": ("infra_upstream", "quota"),
    "500": ("infra_upstream", "500"),
    "drop": ("infra_upstream", "broke off"),
    "hang_up": ("infra_upstream", "broke off"),
    "hang": ("infra_upstream", "the endpoint answered no call"),
    "no_usage": ("failed", "tests failed"),
    "ok": ("failed", "tests failed"),
    "tool": ("failed", "tests failed"),
}
# What every CLI gives up at quickly; the others before a release.
OFTEN = ("401",)


def one_call(tmp_path: Path, endpoint: Endpoint, wall: float = ENOUGH) -> CellResult:
    """Run a cell of a script that calls once."""
    model = Model(id="served-1", endpoint=endpoint.url, key=KEY)
    return play(tmp_path, "call(stream=True)", model=model, limits=Limits(wall_s=wall))[1]


@pytest.mark.parametrize("mode", MODES)
def test_outcome(tmp_path: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    """Every fault of an endpoint has its outcome, and a message to act on."""
    monkeypatch.setattr(relay, "BACKOFF_S", 0.01)
    endpoint.mode = mode
    outcome, says = MODES[mode]
    result = one_call(tmp_path, endpoint, 2 if mode == "hang" else ENOUGH)
    assert (result.outcome, says in result.why, KEY in result.why) == (outcome, True, False), result.why


@pytest.mark.slow
@pytest.mark.parametrize("tuis", rows([CLIS, OTHERS], often=(OTHERS,)))
@pytest.mark.parametrize("mode", rows(MODES, OFTEN))
def test_the_outcome_of_every_real_cli(
    tmp_path: Path, endpoint: Endpoint, mode: str, tuis: tuple[str, ...]
) -> None:
    """The same, within the limits, whatever a CLI does about it."""
    if tuis is OTHERS and mode == "no_usage":
        mode = "ok"  # answers of the other protocols always say what was used
    endpoint.mode = mode
    outcome, says = MODES[mode]
    results = run(tmp_path, endpoint, tuis, wall=WALL if mode in TRIED_AGAIN else ENOUGH)
    found = {tui: (r.outcome, says in r.why, KEY in r.why) for tui, r in results.items()}
    assert found == dict.fromkeys(tuis, (outcome, True, False)), {t: r.why for t, r in results.items()}


def waited_for(result: CellResult) -> None:
    """Hold a cell to one call that was answered, and a wait that was not charged to the agent."""
    latency = result.scores["latency"].values
    assert result.outcome == "failed"
    assert result.scores["tokens"].values["model_calls"] == 1
    assert latency["throttle_ms"] > 300 and result.wall_ms is not None
    assert result.wall_ms - latency["wall_clock_ms"] > 300 and latency["wall_clock_ms"] > 0


def test_a_passing_throttle_is_waited_for(tmp_path: Path, endpoint: Endpoint) -> None:
    """Two 429 and then an answer: one call for the agent, and the wait is not charged to it."""
    endpoint.script = ["429", "429"]
    waited_for(one_call(tmp_path, endpoint))


@pytest.mark.prove
@pytest.mark.parametrize("tui", CLIS + OTHERS)
def test_a_passing_throttle_is_waited_for_by_every_real_cli(
    tmp_path: Path, endpoint: Endpoint, tui: str
) -> None:
    """It has no time-out of its own that is shorter."""
    endpoint.script = ["429", "429"]
    waited_for(run(tmp_path, endpoint, (tui,))[tui])


def counted(result: CellResult) -> None:
    """Hold a cell's tokens against what the endpoint said."""
    values = result.scores["tokens"].values
    said = USAGE["prompt_tokens"], USAGE["completion_tokens"]
    assert (values["prompt_tokens"], values["completion_tokens"]) == said
    assert (values["cached_tokens"], values["reasoning_tokens"], values["source"]) == (20, 7, "gateway")
    assert result.identity.model_build_id == "served-1"


def test_tokens_are_what_the_endpoint_reported(tmp_path: Path, endpoint: Endpoint) -> None:
    """The axis has the endpoint's own counts, though the agent does not ask for them."""
    counted(one_call(tmp_path, endpoint))


@pytest.mark.prove
def test_tokens_of_every_real_cli_are_what_the_endpoint_reported(tmp_path: Path, endpoint: Endpoint) -> None:
    """And the CLI's own claim is the same, where it reads what the endpoint says."""
    for tui, result in run(tmp_path, endpoint).items():
        counted(result)
        values = result.scores["tokens"].values
        same = values["claimed_by_cli"]["prompt"] == values["prompt_tokens"]
        assert same == (tui != "aider")  # it estimates while it streams


def test_a_call_that_cannot_be_recorded_is_no_fault_of_the_agent(
    tmp_path: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk: the CLI is not answered what is not on record, and the cell has no verdict."""

    def full(self: CallFile, call: ModelCall) -> None:
        self.lost = OSError(ENOSPC, "No space left on device")
        raise self.lost

    monkeypatch.setattr(CallFile, "write", full)
    _, result = play(tmp_path, "call()", model=Model(id="m", endpoint=endpoint.url, key=KEY))
    assert (result.outcome, "could not be recorded" in result.why) == ("infra_sandbox", True)
