"""From what an endpoint can do to `--wall` and `-j`. What is assumed of a cell stands here, and is said."""

from __future__ import annotations

import math

from cab_core.records import Limits, totals

from .listing import price_of
from .look import Look
from .record import Probe
from .told import seconds, speed

# A cell of a coding CLI, roughly: its own instructions are long and read once (a server keeps what begins
# alike), each further call adds what a tool or a file brought.
CALLS = 10
READ_FIRST = 12_000
READ_MORE = 1_000
WRITTEN = 600
ROOM = 2.0  # a limit is to end what hangs, not what is slow
SHORTEST_S = 120.0
MEASURED_ROOM = 3.0  # over the one cell that was seen


def say_spent(look: Look) -> None:
    """Say what the probe itself took."""
    spent, probe = totals(look.asker.calls), look.probe
    probe.tokens, probe.usd = spent.total, spent.usd
    tokens = "an unknown number of" if spent.total is None else f"{spent.total:,}"
    row = look.listing.entry(probe.model) if look.listing else None
    if spent.usd is not None:
        known = look.asker.model.price
        price = f"${spent.usd:.4f} by the price in {known.source.told if known else 'cab.toml'}"
    elif row is not None and (found := price_of(row)) is not None:
        price = f"its own price is ${found[0]:g} in, ${found[1]:g} out for a million tokens"
    else:
        price = "no price is known (`price` in cab.toml)"
    look.note("spent", f"{len(look.asker.calls)} calls, {tokens} tokens; {price}")


def say_suggested(look: Look) -> None:
    """Say which limits that suggests, and why."""
    look.probe.wall_s, because = wall_of(look.probe)
    look.good("suggests", f"--wall {look.probe.wall_s:g} -j {look.probe.width}")
    look.note("because", because)


def wall_of(probe: Probe) -> tuple[float, str]:
    """Return the wall limit that a probe suggests, and why."""
    if (wrote := probe.written_tokens_s) is None:
        return Limits().wall_s, "how fast it writes is not known: that is the wall limit of any run"
    pace, cell = [f"{CALLS} calls x {WRITTEN:,} tokens / {speed(wrote)} a second"], CALLS * WRITTEN / wrote
    if probe.read_tokens_s:
        read = READ_FIRST + (CALLS - 1) * READ_MORE
        pace.append(f"{read:,} tokens read / {speed(probe.read_tokens_s)} a second")
        cell += read / probe.read_tokens_s
    if probe.first_token_s:
        pace.append(f"{CALLS} x {seconds(probe.first_token_s)} until the first token")
        cell += CALLS * probe.first_token_s
    wall = max(SHORTEST_S, _minutes(ROOM * cell))
    least = f", at least {SHORTEST_S:g}" if wall == SHORTEST_S else ""
    return wall, (
        f"{' + '.join(pace)} = {cell:,.0f} s a cell; times {ROOM:g}, in whole minutes{least}. How many calls "
        "and tokens is assumed, not measured: CLIs and tasks differ"
    )


def wall_after(wall_ms: float) -> float:
    """Return the wall limit that one cell at this endpoint suggests."""
    return max(SHORTEST_S, _minutes(MEASURED_ROOM * wall_ms / 1000))


def width_of(at_once: int, factor: float) -> int:
    """Return how many cells at a time an endpoint serves about as fast as one.

    `factor`: how much longer so many calls at once took than one of them.
    """
    return max(1, min(at_once, math.floor(at_once / factor + 0.5)))


def _minutes(wall_s: float) -> float:
    return 60.0 * math.ceil(wall_s / 60)
