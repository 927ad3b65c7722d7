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

from cab_core.gateway import relay
from cab_core.plugins.registry import Plugins
from cab_core.testing.faults import FAULTS, cell, wrong
from tests.support.clis import CLIS


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
