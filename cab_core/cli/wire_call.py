"""One call of a wire record: for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cab_core.wire.reader import Answered, WireCall

from .text import name_line, plain
from .wire_body import Written, json_of, shown, text_of
from .wire_rows import row_of, time_of


def as_object(call: WireCall, written: Sequence[str]) -> dict[str, Any]:
    """Return a call as JSON has it. `written`: see `WireProtocol`."""
    answers = [
        {
            "try": a.tried,
            "ms": a.at_ms,
            "status": a.status,
            "headers": [list(h) for h in a.headers],
            "body": _value(a.body),
            "said": {name: "".join(texts) for name, texts in Written.of(a.body, written).texts.items()},
            "coding": a.coding,
            "left_out": a.left_out,
            "pieces": [list(piece) for piece in a.pieces],
        }
        for a in call.answers
    ]
    request = {"headers": [list(h) for h in call.headers], "body": _value(call.body)}
    return {**row_of(call), "request": request, "answers": answers}


def _value(body: bytes) -> Any:
    """Return what JSON says, else the text."""
    try:
        return json_of(body)
    except ValueError:
        return text_of(body)


def told(call: WireCall, written: Sequence[str], full: bool) -> Iterator[str]:
    """Yield the lines of one call; what a terminal would obey is shown."""
    query = f"?{call.query}" if call.query else ""
    took = "it never ended" if call.end_ms is None else f"{call.end_ms / 1000:.3f} s"
    yield name_line(
        f"Call {call.n}: {call.method} {call.path}{query}, {time_of(call) or 'at no time'}, {took}"
    )
    new = f", of which {call.new:,} are not in request {call.like}" if call.like is not None else ""
    yield f"\nRequest, {len(call.body):,} bytes{new}{_left_out(call.left_out)}"
    yield from _headers(call.headers)
    yield plain(shown(call.body, written, full))
    for answer in call.answers:
        yield f"\n{name_line(_head(answer))}"
        yield from _headers(answer.headers)
        yield plain(shown(answer.body, written, full))
    if not call.answers:
        yield "\nNo answer came."


def _headers(headers: tuple[tuple[str, str], ...]) -> Iterator[str]:
    yield from (f"  {name_line(f'{name}: {value}')}" for name, value in headers)


def _head(answer: Answered) -> str:
    packed = f", sent as {answer.coding}" if answer.coding else ""
    times = [ms for ms, _ in answer.pieces]
    came = f" from {times[0] / 1000:.3f} s to {times[-1] / 1000:.3f} s" if times else ""
    return (
        f"Answer to try {answer.tried}: status {answer.status} after {answer.at_ms / 1000:.3f} s, "
        f"{len(answer.body):,} bytes{packed}{came}{_left_out(answer.left_out)}"
    )


def _left_out(size: int) -> str:
    return f"; {size:,} more were not kept" if size else ""
