"""What becomes of a cell when the endpoint misbehaves, with each real CLI."""

from __future__ import annotations

from pathlib import Path

import pytest

from cab_core.gateway.models import ConfigDoc, EndpointChoice
from cab_core.plugins.protocols import StopSignal
from cab_core.plugins.registry import Plugins
from cab_core.records import CellResult, Limits, Sweep
from cab_core.store.cells import Store
from cab_core.sweep.plan import make_plan
from cab_core.sweep.runner import Events, run_plan
from cab_core.tasks.catalog import Catalog
from tests.support.endpoint import KEY, USAGE, Endpoint

pytestmark = pytest.mark.slow
CLIS = ("aider", "opencode", "copilot")
OTHERS = ("codex", "claude", "gemini")  # which speak no chat completions
WALL = 20.0  # seconds; some go on trying for longer
ENOUGH = 90.0  # for a run that ends by itself, on a busy machine too


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
    results = run_plan(plan, plugins, Store(tmp_path), len(tuis), Events(), StopSignal())
    for _, result in results:
        assert result.execution is not None and result.execution.duration_s < wall + 8
    return {result.cell.tui: result for _, result in results}


FAULTS = [
    ("401", "infra_upstream", "check the key"),
    ("403", "infra_upstream", "may this key use this model"),
    ("404", "infra_upstream", "check --model"),
    ("429", "infra_upstream", "quota"),
    ("500", "infra_upstream", "500"),
    ("drop", "infra_upstream", "broke off"),
    ("hang_up", "infra_upstream", "broke off"),
    ("hang", "infra_upstream", "the endpoint answered no call"),
    ("no_usage", "failed", "tests failed"),
    ("ok", "failed", "tests failed"),
    ("tool", "failed", "tests failed"),
]
# The others' answers always say what was used.
CASES = [
    (tuis, *fault) for tuis in (CLIS, OTHERS) for fault in FAULTS if tuis is CLIS or fault[0] != "no_usage"
]


@pytest.mark.parametrize(("tuis", "mode", "outcome", "says"), CASES)
def test_outcome(
    tmp_path: Path, endpoint: Endpoint, tuis: tuple[str, ...], mode: str, outcome: str, says: str
) -> None:
    """Every fault of an endpoint has its outcome, within the limits, and a message to act on."""
    endpoint.mode = mode
    results = run(tmp_path, endpoint, tuis, wall=ENOUGH if outcome == "failed" else WALL)
    found = {tui: (r.outcome, says in r.why, KEY in r.why) for tui, r in results.items()}
    assert found == dict.fromkeys(tuis, (outcome, True, False)), {t: r.why for t, r in results.items()}


@pytest.mark.parametrize("tui", CLIS + OTHERS)
def test_a_passing_throttle_is_waited_for(tmp_path: Path, endpoint: Endpoint, tui: str) -> None:
    """Two 429 and then an answer: one call for the CLI, and the wait is not charged to it."""
    endpoint.script = ["429", "429"]
    result = run(tmp_path, endpoint, (tui,))[tui]
    latency = result.scores["latency"].values
    assert result.outcome == "failed"
    assert result.scores["tokens"].values["model_calls"] == 1
    assert latency["throttle_ms"] > 300 and result.wall_ms is not None
    assert result.wall_ms - latency["wall_clock_ms"] > 300 and latency["wall_clock_ms"] > 0


def test_tokens_are_what_the_endpoint_reported(tmp_path: Path, endpoint: Endpoint) -> None:
    """The axis has the endpoint's own counts, whether or not the CLI asks for them."""
    for tui, result in run(tmp_path, endpoint).items():
        check_tokens(tui, result)


def check_tokens(tui: str, result: CellResult) -> None:
    """Hold a cell's tokens against what the endpoint said."""
    values = result.scores["tokens"].values
    assert (values["prompt_tokens"], values["completion_tokens"]) == (
        USAGE["prompt_tokens"],
        USAGE["completion_tokens"],
    )
    assert (values["cached_tokens"], values["reasoning_tokens"], values["source"]) == (20, 7, "gateway")
    assert result.identity.model_build_id == "served-1"
    # aider estimates while it streams; the others read what the endpoint says.
    same = values["claimed_by_cli"]["prompt"] == values["prompt_tokens"]
    assert same == (tui != "aider")
