"""Calls in the order in which they were made, though a record has them in that in which they ended."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator

from cab_core.wire.reader import WireCall

_WAIT = 64  # calls that wait for an earlier one: more than go at once
_HELD = 64 << 20  # bytes of them


def in_order(calls: Iterable[WireCall]) -> Iterator[WireCall]:
    """Yield calls by their numbers. One that ended very much later than others comes when it ended.

    So a record of any length is read with few of its calls in memory: each holds all that was said before it.
    """
    waiting, held, following = list[tuple[int, int, WireCall]](), 0, 1
    for place, call in enumerate(calls):
        heapq.heappush(waiting, (call.n, place, call))
        held += _size(call)
        while waiting and (waiting[0][0] <= following or len(waiting) > _WAIT or held > _HELD):
            _, _, first = heapq.heappop(waiting)
            held -= _size(first)
            following = max(following, first.n + 1)
            yield first
            del first
    while waiting:
        yield heapq.heappop(waiting)[2]


def _size(call: WireCall) -> int:
    return len(call.body) + sum(len(a.body) for a in call.answers)
