"""The calls of a wire record as a table for people, and as rows for programs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from cab_core.records import ModelCall, to_json
from cab_core.wire.reader import WireCall
from cab_core.words import plural

from .rows import print_table
from .text import name_line, say

_NUMBERS = ("asked", "new", "answered", "s", "in", "out")


def row_of(call: WireCall, end: ModelCall | None = None) -> dict[str, Any]:
    """Return what is told of a call; what `calls.jsonl` has not is None. Sizes are bytes."""
    return {
        "call": call.n,
        "at": time_of(call),
        "method": call.method,
        "path": call.path,
        "query": call.query,
        "status": [a.status for a in call.answers],
        "asked": len(call.body) + call.left_out,
        "like": call.like,
        "new": call.new + call.left_out,
        "answered": sum(len(a.body) + a.left_out for a in call.answers),
        "left_out": call.left_out + sum(a.left_out for a in call.answers),
        "ms": call.end_ms,
        "usage": to_json(end.usage) if end else None,
        "ended": end.ended if end else None,
        "finish_reason": end.finish_reason if end else None,
    }


def time_of(call: WireCall) -> str | None:
    """Return when a call began (UTC, ISO 8601); None where a stranger's number is no time."""
    try:
        return datetime.fromtimestamp(call.start_ns / 1e9, UTC).isoformat(timespec="milliseconds")
    except (ValueError, OverflowError, OSError):
        return None


def print_rows(rows: list[dict[str, Any]]) -> None:
    """Print the table, a path that all have above it. `in`, `out`: tokens."""
    paths = {f"{row['method']} {row['path']}" for row in rows}
    say(f"{plural(len(rows), 'call')}{f', {name_line(paths.pop())}' if len(paths) == 1 else ''}")
    columns = [_columns(row, with_path=bool(paths)) for row in rows]
    print_table(columns, ("call",), ("at", "path", "status", "end"), _NUMBERS)


def _columns(row: dict[str, Any], with_path: bool) -> list[str]:
    usage = row["usage"] or {}
    took = "-" if row["ms"] is None else f"{row['ms'] / 1000:.1f}"
    figures = [_size(row["asked"]), _size(row["new"]), _size(row["answered"]), took]
    end = row["finish_reason"] if row["ended"] == "answered" else row["ended"]
    return [
        str(row["call"]),
        (row["at"] or "-")[11:19],
        row["path"] if with_path else "",
        ", ".join(map(str, row["status"])) or "-",
        end or "",
        *figures,
        *(("" if usage.get(n) is None else f"{usage[n]:,}") for n in ("prompt", "completion")),
    ]


def _size(n: int) -> str:
    return f"{n:,}" if n < 10_000 else f"{n / 1000:,.0f}k"
