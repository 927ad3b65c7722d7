"""Endpoints that fail in one of eleven ways, and how a cell must end at each."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import attrs

from cab_core.gateway.models import Model
from cab_core.plugins.registry import Plugins
from cab_core.records import CellResult, Installation, Limits, ModelCall
from cab_core.store.reading import read_lines

from .cells import plan_one, run_planned
from .drive import told_the_end
from .endpoint import KEY, USAGE, Endpoint
from .tiny import only_task, write_tiny_pack

WALL_S = 120  # a CLI may take long to start on a busy machine, and asks again for a minute and more
IDLE_S = 2  # without a byte: then the endpoint hangs
MOST = 8  # calls that reach the endpoint


@attrs.frozen
class Fault:
    """What an endpoint does: `mode`, after the modes of `script`, and how a cell ends there.

    `says`: stands in what a person is told. `counted`: the endpoint says of its answers what they took.
    """

    mode: str
    outcome: str
    says: str
    script: tuple[str, ...] = ()
    counted: bool = True


FAULTS = {
    "401": Fault("401", "infra_upstream", "check the key"),
    "403": Fault("403", "infra_upstream", "may this key use this model?"),
    "404": Fault("404", "infra_upstream", "check --model and --endpoint"),
    "429 then fine": Fault("ok", "failed", "", ("429", "429")),
    "500 for ever": Fault("500", "infra_upstream", "the endpoint failed (500)"),
    "error in a 200": Fault("error_in_200", "infra_upstream", "an error with status 200"),
    "dropped stream": Fault("drop", "infra_upstream", "broke off in the middle of an answer"),
    "hang": Fault("hang", "infra_upstream", "sent nothing for too long"),
    "usage missing": Fault("no_usage", "failed", "", counted=False),
    "context too long": Fault("context", "limit_context", "longer than the model's context"),
    "unknown tool": Fault("tool", "failed", ""),
}


class Ended(NamedTuple):
    """How a cell ended, its calls, and the bodies that reached the endpoint."""

    result: CellResult
    calls: tuple[ModelCall, ...]
    reached: list[bytes]


def cell(
    root: Path, name: str, installation: Installation, fault: Fault, plugins: Plugins | None = None
) -> Ended:
    """Run one cell of a CLI at an endpoint that fails so."""
    plugins = plugins or Plugins()
    adapter = plugins.adapter(name)
    with Endpoint(fault.mode, plugins=plugins).running() as endpoint:
        endpoint.script, endpoint.ends = list(fault.script), told_the_end(adapter, endpoint.reply)
        planned = plan_one(
            adapter, only_task(plugins, write_tiny_pack(root / "pack")),
            Model(id="served-1", endpoint=endpoint.url, key=KEY, idle_s=IDLE_S), plugins.runtime("local"),
            plugins=plugins, installation=installation, limits=Limits(wall_s=WALL_S),
        )  # fmt: skip
        directory, result = run_planned(planned, root / "runs", plugins)
        return Ended(result, tuple(read_lines(directory / "calls.jsonl", ModelCall)), endpoint.bodies)


def wrong(fault: Fault, ended: Ended) -> str | None:
    """Return what is not as it should be."""
    result, answered = ended.result, sum(c.ended == "answered" for c in ended.calls)
    tokens = USAGE["total_tokens"] * answered if fault.counted and answered else None
    if result.outcome != fault.outcome:
        return f"the outcome is {result.outcome}, expected {fault.outcome}: {result.why}"
    if fault.says not in result.why:
        return f"{fault.says!r} is not told: {result.why}"
    if result.tokens.total != tokens:
        return f"{result.tokens.total} tokens, not {tokens}"
    if not 0 < len(ended.reached) <= MOST:
        return f"{len(ended.reached)} calls reached the endpoint, expected 1 to {MOST}"
    return None
