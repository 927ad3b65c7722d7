"""Reading a cell's directory for its page, and cutting what is too long for one."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import attrs

from cab_core.records import CellResult, Evidence, Inputs, ModelCall, Span
from cab_core.store.cells import read_evidence, tries_in
from cab_core.store.reading import read_first, read_json, read_optional, read_start
from cab_core.store.standing import try_number

from .archive import Archive, archive
from .rows import Row
from .said import Conversations, Said

_SHOWN = 120_000  # bytes of a text on the page
_CAST = 2_000_000  # bytes of a recording in the site


@attrs.frozen(kw_only=True)
class Cut:
    """A text, and how many bytes of it were left out."""

    text: str
    left_out: int = 0


@attrs.frozen(kw_only=True)
class Try:
    """One try of a cell: its number and what became of it."""

    number: int
    outcome: str
    why: str
    started_at: str


@attrs.frozen(kw_only=True)
class CellData:
    """All that a cell page is made of. `goes_on`: of calls and spans those that are more than is read."""

    row: Row
    result: CellResult
    evidence: Evidence
    spans: tuple[Span, ...]
    goes_on: tuple[str, ...]
    patch: Cut
    stdout: Cut
    stderr: Cut
    grade_log: Cut
    cast: Cut
    inputs: Inputs | None
    tries: tuple[Try, ...]
    said: Said
    archive: Archive


def read_cell_data(row: Row, conversations: Conversations, wire: bool) -> CellData:
    """Read everything of a cell; `wire`: its archive has the wire record.

    Raises:
        UserError: a file of it cannot be read, or is no such record.
    """
    at = row.directory
    calls, more_calls = read_first(at / "calls.jsonl", ModelCall)
    spans, more_spans = read_first(at / "spans.jsonl", Span)
    result, evidence = read_evidence(at, calls)
    return CellData(
        row=row,
        result=result,
        evidence=evidence,
        spans=_by_start(spans),
        goes_on=tuple(n for n, more in (("calls", more_calls), ("spans", more_spans)) if more),
        patch=_cut(at / "changes.patch"),
        stdout=_cut(at / "stdout.log"),
        stderr=_cut(at / "stderr.log"),
        grade_log=_cut(at / "grade.log"),
        cast=_cut(at / "terminal.cast", _CAST) if row.recorded else Cut(text=""),
        inputs=read_optional(at / "inputs.json", Inputs),
        tries=tuple(_tries(row)),
        said=conversations.of(at, evidence.calls),
        archive=archive(at, wire),
    )


def other_tries(row: Row) -> list[Path]:
    """Return the finished tries beside a cell's own, oldest first; in the former layout also of others."""
    tries = (Path(found) for attempt in row.attempts for found in tries_in(attempt))
    return [path for path in tries if path != row.directory]


def _tries(row: Row) -> list[Try]:
    found = []
    for path in other_tries(row):
        told = read_json(path / "cell.json", CellResult)
        if told.cell.key == row.key:
            number = try_number(path.name) or 0
            found.append(Try(number=number, outcome=told.outcome, why=told.why, started_at=told.started_at))
    return found


def _by_start(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return the spans by their start. One without a start, as in foreign data, keeps its place."""
    return tuple(sorted(spans, key=lambda s: s.start_ns or 0))


def _cut(path: Path, limit: int = _SHOWN) -> Cut:
    data, size = read_start(path, limit)
    if size > len(data):
        data = data.rpartition(b"\n")[0] or data
    return Cut(text=data.decode("utf-8", "replace"), left_out=size - len(data))
