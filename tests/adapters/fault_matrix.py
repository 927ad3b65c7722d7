"""What becomes of a cell of every CLI when its endpoint fails in one of eleven ways. As a program it prints the table.

python -m tests.adapters.fault_matrix [CLI ...] [--only FAULT ...] [--backoff SECONDS] > table.md
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import attrs

from cab_core.gateway import relay
from cab_core.gateway.models import Model
from cab_core.plugins.registry import Plugins
from cab_core.records import CellResult, Installation, Limits, ModelCall
from cab_core.store.reading import read_lines
from tests.adapters.drive import ENDS
from tests.support.clis import CLIS
from tests.support.endpoint import KEY, USAGE, Endpoint
from tests.support.puppet import play

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


def cell(root: Path, tui: str, installation: Installation, fault: Fault) -> Ended:
    """Run one cell at an endpoint that fails so."""
    with Endpoint(fault.mode).running() as endpoint:
        endpoint.script, endpoint.ends = list(fault.script), ENDS.get(tui)
        directory, result = play(
            root, "", adapter=Plugins().adapter(tui), installation=installation, limits=Limits(wall_s=WALL_S),
            model=Model(id="served-1", endpoint=endpoint.url, key=KEY, idle_s=IDLE_S),
        )  # fmt: skip
        return Ended(result, tuple(read_lines(directory / "calls.jsonl", ModelCall)), endpoint.bodies)


def wrong(fault: Fault, ended: Ended) -> str | None:
    """Return what is not as it should be."""
    result, answered = ended.result, sum(c.ended == "answered" for c in ended.calls)
    tokens = USAGE["total_tokens"] * answered if fault.counted and answered else None
    if result.outcome != fault.outcome:
        return f"outcome {result.outcome}"
    if fault.says not in result.why:
        return f"{fault.says!r} is not told"
    if result.tokens.total != tokens:
        return f"{result.tokens.total} tokens, not {tokens}"
    if not 0 < len(ended.reached) <= MOST:
        return f"{len(ended.reached)} calls reached the endpoint"
    return None


def main(tuis: Iterable[str], only: list[str]) -> None:
    """Print how each cell ended, and exit 1 where one is wrong."""
    plugins, bad = Plugins(), 0
    print(
        "| CLI | fault | outcome | calls, those that reached | tokens | s | why |\n|---|---|---|---|---|---|---|",
        flush=True,
    )
    for tui in tuis:
        adapter = plugins.adapter(tui)
        installation = plugins.runtime("local").install(adapter, adapter.default_version, (), (), print)
        for name, fault in FAULTS.items():
            if only and name not in only:
                continue
            start = time.monotonic()
            with tempfile.TemporaryDirectory() as root:
                ended = cell(Path(root), tui, installation, fault)
            said = wrong(fault, ended)
            bad += said is not None
            mark = f" **WRONG**: {said}" if said else ""
            result, calls = (
                ended.result,
                f"{len(ended.calls)}, {len(ended.reached)} ({len(set(ended.reached))} different)",
            )
            why = result.why.replace("|", "\\|")[:300]
            print(
                f"| {tui} | {name} | {result.outcome}{mark} | {calls} | {result.tokens.total} | {time.monotonic() - start:.0f} | {why} |",
                flush=True,
            )
    sys.exit(bool(bad))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("tui", nargs="*", default=list(CLIS))
    parser.add_argument("--only", nargs="+", default=[])
    parser.add_argument("--backoff", type=float, default=0.01, help="seconds before the second try")
    args = parser.parse_args()
    relay.BACKOFF_S = args.backoff
    main(args.tui, args.only)
