"""What a cell's calls are doing at this moment, for whoever shows a run while it runs."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

import attrs

from cab_core.records import TokenTotals

if TYPE_CHECKING:
    from .call import Call


@attrs.frozen(kw_only=True)
class Activity:
    """The newest call under way by its number, else (`under_way` is false) the last one; 0: none was made.

    `held`: why the gateway holds a call back, and for how many seconds it has. `silent_s`: for how long a
    call that was sent has had no byte of an answer. `spent`: what ended calls took. `over`: there is no CLI
    any more, and this is what was seen last.
    """

    call: int
    under_way: bool
    held: tuple[str, float] | None
    silent_s: float | None
    spent: TokenTotals
    over: bool = False


def activity(under_way: Iterable[Call], last: int, spent: TokenTotals) -> Activity:
    """Return what calls are doing; `last` is the number of the newest one that was admitted."""
    calls, now = list(under_way), time.monotonic()
    held = next(((why, now - since) for why, since in (c.hold for c in calls if c.hold)), None)
    silent = [now - c.started - c.throttled for c in calls if c.first_byte is None and not c.hold]
    return Activity(
        call=max((c.n for c in calls), default=last),
        under_way=bool(calls),
        held=held,
        silent_s=max(silent, default=None),
        spent=spent,
    )
