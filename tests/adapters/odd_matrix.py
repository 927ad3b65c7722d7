"""How cells of the real CLIs end at endpoints that fail to answer. As a program it prints the whole table.

python -m tests.adapters.odd_matrix > table.md
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from cab_core.gateway import relay
from cab_core.gateway.models import Model
from cab_core.plugins.registry import Plugins
from cab_core.records import CellResult, Installation, Limits
from tests.support.odd_endpoint import BODIES, ERRORS, STREAMS, OddEndpoint, written
from tests.support.puppet import play

TUIS = ("aider", "opencode", "copilot", "mini-swe-agent", "pi", "kilo")
WALL_S = 40  # a CLI may take long to start on a busy machine, and asks again for a minute and more
MODEL = "odd-1"


def hangs(handler: BaseHTTPRequestHandler, odd: OddEndpoint) -> None:
    """Take the call and send not a byte."""
    odd.released.wait(60)
    handler.close_connection = True


def keeps_alive(handler: BaseHTTPRequestHandler, odd: OddEndpoint) -> None:
    """Send comments that keep the connection alive, and no answer."""
    odd.stream(handler, [": keep-alive\n\n"] * 3, then_wait=True)


def goes_on(handler: BaseHTTPRequestHandler, odd: OddEndpoint) -> None:
    """Write without end."""
    event = f"data: {json.dumps(written('word '))}\n\n"
    with suppress(OSError):  # the gateway hangs up
        odd.stream(handler, (event for _ in iter(lambda: odd.released.wait(0.05), True)))


EXTRA: dict[str, Callable[[BaseHTTPRequestHandler, OddEndpoint], None]] = {
    "not a byte": hangs,
    "keep-alives alone": keeps_alive,
    "an answer without end": goes_on,
}
# What a CLI cannot tell from another of the list; the rule itself is held for all of them without CLIs.
ALIKE = {
    "key in a list", "no tools", "tool flag", "conflict", "teapot", "misdirected", "early", "upgrade", "legal",
    "context anthropic", "context gemini", "context ollama", "context tgi", "policy 403", "dashscope", "loc",
    "blanks", "object error in 200", "cut events as text",
}  # fmt: skip
NAMES = [name for name in (*ERRORS, *STREAMS, *BODIES, *EXTRA) if name not in ALIKE]
COUNTED = ("failed", "agent_crashed", "refused")
AGENTS = {name for name in ERRORS if name.startswith("policy")} | {"messages", "dashscope", "loc"}
ANSWERED = {"finish but no done", "silent answer"}
# A model did answer, in a form that a CLI need not understand: some do.
ODD = {"no finish but done", "events as text", "whole"}


def allowed(name: str) -> tuple[str, ...]:
    """Return the outcomes that are right for an endpoint that always behaves like this."""
    if name.startswith("context") or name == "too large":
        return ("limit_context",)
    if name in ANSWERED:
        return COUNTED
    if name in ODD:
        return ("failed", "infra_upstream")
    if name in AGENTS:
        return COUNTED
    return ("limit_wall",) if name == "an answer without end" else ("infra_upstream",)


def cell(root: Path, tui: str, installation: Installation, name: str) -> CellResult:
    """Run one cell at an endpoint that behaves like this."""
    adapter = Plugins().adapter(tui)
    with OddEndpoint().running() as odd:
        act = EXTRA.get(name)
        odd.extra[MODEL] = lambda h: act(h, odd) if act else odd.answer(h, name)
        _, result = play(
            root, "", adapter=adapter, installation=installation, limits=Limits(wall_s=WALL_S),
            model=Model(id=MODEL, endpoint=odd.url, key="sk-some-key-of-this-endpoint-0123456789"),
        )  # fmt: skip
        return result


def main(names: list[str]) -> None:
    """Print a row for each behaviour, and exit 1 where one is wrong."""
    relay.BACKOFF_S = 0.01
    plugins, wrong = Plugins(), 0
    print(f"| endpoint | must be | {' | '.join(TUIS)} |\n|{'---|' * (len(TUIS) + 2)}", flush=True)
    for name in names or NAMES:
        row = []
        for tui in TUIS:
            adapter = plugins.adapter(tui)
            installation = plugins.runtime("local").install(adapter, adapter.default_version, (), (), print)
            start = time.monotonic()
            with tempfile.TemporaryDirectory() as root:
                found = cell(Path(root), tui, installation, name)
            mark = "" if found.outcome in allowed(name) else f" **WRONG**: {found.why}"
            wrong += bool(mark)
            print(
                f"{name} x {tui}: {found.outcome}, {time.monotonic() - start:.0f} s: {found.why}",
                file=sys.stderr,
            )
            row.append(f"{found.outcome}{mark}")
        print(f"| {name} | {', '.join(allowed(name))} | {' | '.join(row)} |", flush=True)
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main(sys.argv[1:])
