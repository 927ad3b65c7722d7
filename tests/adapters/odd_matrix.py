"""How cells of the real CLIs end at endpoints that fail to answer. As a program it prints the whole table.

python -m tests.adapters.odd_matrix [CLI ...] [--only CASE ...] > table.md
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from itertools import chain
from pathlib import Path

import attrs

from cab_core.gateway import relay
from cab_core.gateway.models import Model
from cab_core.plugins.registry import Plugins
from cab_core.plugins.wire_protocol import WireProtocol
from cab_core.records import CellResult, Installation, Limits, ModelCall
from cab_core.store.reading import read_lines
from tests.support import odd_endpoint, odd_vendors
from tests.support.odd_endpoint import OddEndpoint
from tests.support.puppet import play
from tests.support.wire import CHAT, GEMINI, MESSAGES, RESPONSES

SPOKEN: dict[str, WireProtocol] = {
    **dict.fromkeys(
        ("aider", "opencode", "copilot", "qwen", "cline", "continue", "mini-swe-agent", "pi", "kilo"), CHAT
    ),
    **{"codex": RESPONSES, "claude": MESSAGES, "gemini": GEMINI},
}
WALL_S = 40  # a CLI may take long to start on a busy machine, and asks again for a minute and more
MODEL = "odd-1"
Act = Callable[[BaseHTTPRequestHandler, OddEndpoint], None]


def hangs(handler: BaseHTTPRequestHandler, odd: OddEndpoint) -> None:
    """Take the call and send not a byte."""
    odd.released.wait(60)
    handler.close_connection = True


def keeps_alive(handler: BaseHTTPRequestHandler, odd: OddEndpoint) -> None:
    """Send comments that keep the connection alive, and no answer."""
    odd.stream(handler, [": keep-alive\n\n"] * 3, then_wait=True)


def goes_on(protocol: WireProtocol) -> Act:
    """Write without end."""

    def act(handler: BaseHTTPRequestHandler, odd: OddEndpoint) -> None:
        word = protocol.piece(MODEL, "word ")
        words = (word for _ in iter(lambda: odd.released.wait(0.05), True))
        with suppress(OSError):  # the gateway hangs up
            odd.stream(handler, map(bytes.decode, chain(protocol.opening(MODEL, {}), words)))

    return act


@attrs.frozen
class Case:
    """What an endpoint does. `outcomes`: those that are right where it always does.

    `tokens`: of a call, where one is answered; None: nobody says. `says`: stands in what a person is told.
    """

    act: Act
    outcomes: tuple[str, ...]
    answered: bool = False
    tokens: int | None = None
    says: str = ""


FAILED, CONTEXT = ("infra_upstream",), ("limit_context",)
# A CLI may end well, give up, or ask again until the wall limit: each counts.
COUNTED = ("failed", "agent_crashed", "refused", "limit_wall")
# A model did answer, in a form that a CLI need not understand: some do.
FORM = ("failed", "refused", "infra_upstream")
# What a CLI cannot tell from another of the list; the rule itself is held for all of them without CLIs.
ALIKE = {
    "key in a list", "no tools", "tool flag", "conflict", "teapot", "misdirected", "early", "upgrade", "legal",
    "context anthropic", "context gemini", "context ollama", "context tgi", "policy 403", "dashscope", "loc",
    "blanks", "object error in 200", "cut events as text",
}  # fmt: skip
ODD = {"no finish but done", "events as text", "whole"}


def cases(protocol: WireProtocol) -> dict[str, Case]:
    """Return what endpoints of a protocol do, by name."""
    found = dict(_chat() if protocol is CHAT else _vendors(protocol))
    # A CLI may notice that it is told the same again and again, and hang up.
    silent = {"not a byte": Case(hangs, FAILED), "keep-alives alone": Case(keeps_alive, FAILED)}
    return {**found, **silent, "an answer without end": Case(goes_on(protocol), ("limit_wall", "failed"))}


def _chat() -> Iterator[tuple[str, Case]]:
    for name in odd_endpoint.ALL:
        if name not in ALIKE:
            yield name, Case(_named(name), _outcomes(name))


def _named(name: str) -> Act:
    return lambda handler, odd: odd.answer(handler, name)


def _outcomes(name: str) -> tuple[str, ...]:
    if name in odd_endpoint.CONTEXT:
        return CONTEXT
    if name in ODD:
        return FORM
    return COUNTED if name in odd_endpoint.ANSWERED | odd_endpoint.REFUSED else FAILED


def _vendors(protocol: WireProtocol) -> Iterator[tuple[str, Case]]:
    for name, odd in odd_vendors.CASES[protocol.name].items():
        answered = odd.ended == odd_vendors.ANSWERED
        yield name, Case(_sent(odd), _vendors_outcomes(odd), answered, odd.tokens, odd.says)


def _sent(odd: odd_vendors.Odd) -> Act:
    return lambda handler, _: odd.sent.to(handler)


def _vendors_outcomes(odd: odd_vendors.Odd) -> tuple[str, ...]:
    if odd.ended == odd_vendors.FAILED:
        return FAILED
    if odd.ended == odd_vendors.REFUSED:
        return CONTEXT if odd.why == "context" else COUNTED
    whole = not isinstance(odd.sent.body, str)  # where every CLI asks for a stream
    return FORM if whole or odd.form else COUNTED


def cell(
    root: Path, tui: str, installation: Installation, case: Case
) -> tuple[CellResult, tuple[ModelCall, ...]]:
    """Run one cell at an endpoint that does this; return its result and its calls."""
    adapter = Plugins().adapter(tui)
    with OddEndpoint().running() as odd:
        odd.always = lambda handler: case.act(handler, odd)
        directory, result = play(
            root, "", adapter=adapter, installation=installation, limits=Limits(wall_s=WALL_S),
            model=Model(id=MODEL, endpoint=odd.url, key="sk-some-key-of-this-endpoint-0123456789"),
        )  # fmt: skip
        return result, tuple(read_lines(directory / "calls.jsonl", ModelCall))


def wrong(case: Case, result: CellResult, calls: Sequence[ModelCall]) -> str | None:
    """Return what is not as it should be."""
    if result.outcome not in case.outcomes:
        return result.outcome
    if case.says not in result.why:
        return f"{case.says!r} is not told"
    if case.answered and {c.tokens for c in calls} != {case.tokens}:
        return f"calls of {[c.tokens for c in calls]} tokens"
    return None


def main(tuis: Iterable[str], only: list[str]) -> None:
    """Print how each cell ended, and exit 1 where one is wrong."""
    relay.BACKOFF_S = 0.01
    plugins, bad = Plugins(), 0
    print("| CLI | endpoint | outcome | tokens | why |\n|---|---|---|---|---|", flush=True)
    for tui in tuis:
        adapter = plugins.adapter(tui)
        installation = plugins.runtime("local").install(adapter, adapter.default_version, (), (), print)
        for name, case in cases(SPOKEN[tui]).items():
            if only and name not in only:
                continue
            start = time.monotonic()
            with tempfile.TemporaryDirectory() as root:
                found, calls = cell(Path(root), tui, installation, case)
            fault = wrong(case, found, calls)
            bad += fault is not None
            mark = f" **WRONG**: {fault}; right are {', '.join(case.outcomes)}" if fault else ""
            told = f"{found.why} ({time.monotonic() - start:.0f} s)".replace("|", "\\|")
            print(f"| {tui} | {name} | {found.outcome}{mark} | {found.tokens.total} | {told} |", flush=True)
    sys.exit(bool(bad))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("tui", nargs="*", default=list(SPOKEN))
    parser.add_argument("--only", nargs="+", default=[])
    args = parser.parse_args()
    main(args.tui, args.only)
