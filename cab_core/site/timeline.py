"""The time-line of a run: who was at work when, in a lane each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from cab_core.records import ModelCall
from cab_core.records.conversation import Conversation

from .calls import end_of
from .spans import Node, total_ms
from .text import millis

_FINE = 300  # pieces of the whole: what is closer together is drawn as one
_STAGES = {
    "task_setup": "preparation",
    "compare": "comparing the work directory",
    "grade": "grading",
    "cleanup": "cleaning up",
}
_START = "start-up of the CLI"
_Time = tuple[float, float]  # start and end, milliseconds from the start of the trace


@attrs.frozen(kw_only=True)
class Piece:
    """A piece of a lane, in milliseconds. `call`: where it leads; `bad`: without an answer, or failed."""

    start: float
    end: float
    says: str
    call: int | None = None
    bad: bool = False


@attrs.frozen(kw_only=True)
class Lane:
    """Pieces in their order, those too close to be told apart as one. `ms`: of all, overlaps once."""

    name: str
    pieces: tuple[Piece, ...]
    ms: float


def lanes(
    nodes: Sequence[Node], calls: Sequence[ModelCall], said: Conversation | None, origin_ns: int
) -> list[Lane]:
    """Return the lanes of a run in which something happened; none where there is no trace."""
    timed = {c.n: _time_of(c, origin_ns) for c in calls if c.start_ns and origin_ns}
    sides = {n for thread in (said.threads if said else ()) if thread.side for n in thread.calls}
    model = [_call_piece(c, *timed[c.n], side=c.n in sides) for c in calls if c.n in timed]
    waiting = list(_waits(calls, timed))
    tools = list(_tools(said, timed))
    cli = _cli(nodes, [*model, *waiting, *tools], told=said is not None)
    found = {"CLI": cli, "Model": model, "Waiting": waiting, "Tools": tools, **_stages(nodes)}
    finest = total_ms(nodes) / _FINE
    return [_lane(name, pieces, finest) for name, pieces in found.items() if pieces and nodes]


def _lane(name: str, pieces: Sequence[Piece], finest: float) -> Lane:
    ordered = sorted(pieces, key=lambda p: p.start)
    took = sum(end - start for start, end in _union((p.start, p.end) for p in ordered))
    return Lane(name=name, pieces=tuple(_merged(ordered, finest)), ms=took)


def _time_of(call: ModelCall, origin_ns: int) -> _Time:
    start = (call.start_ns - origin_ns) / 1e6
    return start, start + call.latency_ms + call.throttle_ms


def _call_piece(call: ModelCall, start: float, end: float, side: bool) -> Piece:
    bad = call.ended != "answered"
    says = f"{'side ' if side else ''}call {call.n}: {millis(end - start)}" + (
        f", {end_of(call).says}" if bad else ""
    )
    return Piece(start=start, end=end, says=says, call=call.n, bad=bad)


def _waits(calls: Iterable[ModelCall], timed: Mapping[int, _Time]) -> Iterator[Piece]:
    """Yield when a call waited: for its turn, or since the endpoint asked for it."""
    for call in calls:
        if call.n not in timed:
            continue
        begun = timed[call.n][0]
        if call.queued_ms and call.queued_ms >= 1:
            says = f"call {call.n} waited for its turn"
            yield Piece(start=begun - call.queued_ms, end=begun, says=says, call=call.n)
        for start, end in call.waits or ():
            says = f"call {call.n} waited as the endpoint asked"
            yield Piece(start=begun + start, end=begun + end, says=says, call=call.n)


def _tools(said: Conversation | None, timed: Mapping[int, _Time]) -> Iterator[Piece]:
    """Yield when tools ran: from the end of the call that asked to the start of the one with the result."""
    for thread in said.threads if said else ():
        for turn in thread.turns:
            took = [t for t in turn.tools if turn.answer and t.result_call in timed and turn.call in timed]
            for back in sorted({t.result_call for t in took if t.result_call is not None}):
                start, end = timed[turn.call][1], timed[back][0]
                if end > start:
                    came = [t for t in took if t.result_call == back]
                    names, bad = ", ".join(sorted({t.name for t in came})), any(t.failed for t in came)
                    says = f"{names}: {millis(end - start)}{', an error' if bad else ''}"
                    yield Piece(start=start, end=end, says=says, call=turn.call, bad=bad)


def _cli(nodes: Sequence[Node], busy: Sequence[Piece], told: bool) -> list[Piece]:
    """Return when the CLI itself was at work: it ran, and nothing else did."""
    ran = next((n for kind in ("container", "adapter_run") for n in nodes if n.kind == kind), None)
    if ran is None or ran.duration_ms is None:
        return []
    at, last = ran.at_ms, ran.at_ms + ran.duration_ms
    own = "the CLI itself" if told else "the CLI and its tools"
    gaps: list[_Time] = []
    for start, end in [*_union((p.start, p.end) for p in busy), (last, last)]:
        if at < min(start, last):
            gaps.append((at, min(start, last)))
        at = max(at, end)
    first = min((p.start for p in busy), default=last)
    return [
        Piece(
            start=start,
            end=end,
            says=f"{own if end > first or first >= last else _START}: {millis(end - start)}",
        )
        for start, end in gaps
    ]


def _stages(nodes: Sequence[Node]) -> dict[str, list[Piece]]:
    """Return what cab does around the CLI; the grader has a lane of its own."""
    found: dict[str, list[Piece]] = {"Grading": [], "cab": []}
    for node in nodes:
        if node.depth == 0 and node.kind in _STAGES and node.duration_ms is not None:
            says = f"{_STAGES[node.kind]}: {millis(node.duration_ms)}"
            piece = Piece(start=node.at_ms, end=node.at_ms + node.duration_ms, says=says)
            found["Grading" if node.kind == "grade" else "cab"].append(piece)
    return found


def _union(times: Iterable[_Time]) -> list[_Time]:
    found: list[_Time] = []
    for start, end in sorted(times):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found


def _merged(pieces: Sequence[Piece], finest: float) -> Iterator[Piece]:
    """Join neighbours that lie within the finest piece that can be drawn; good and bad ones stay apart."""
    last, joined = None, 0
    for piece in pieces:
        if last and piece.bad == last.bad and piece.end - last.start < finest:
            last, joined = attrs.evolve(last, end=max(last.end, piece.end)), joined + 1
            continue
        if last:
            yield _told(last, joined)
        last, joined = piece, 0
    if last:
        yield _told(last, joined)


def _told(piece: Piece, joined: int) -> Piece:
    return attrs.evolve(piece, says=f"{piece.says}, and {joined} more") if joined else piece
