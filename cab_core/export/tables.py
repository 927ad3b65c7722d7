"""A table in one of several formats, written row by row: it is never in memory as a whole."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from cab_core.errors import UserError

from .columns import Columns, Row
from .texts import in_csv, in_json, utf8

if TYPE_CHECKING:
    import pyarrow as pa

_GROUP = 5000  # rows that Parquet keeps together
_LARGEST = 1 << 63  # of an integer in Parquet
Written = Callable[[Columns, Iterable[Row], TextIO], int]


def write_csv(columns: Columns, rows: Iterable[Row], out: TextIO) -> int:
    """Write CSV as RFC 4180 has it, in UTF-8; return the number of rows."""
    writer = csv.writer(out, lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)
    writer.writerow([c.name for c in columns])
    count = 0
    for row in rows:
        writer.writerow([in_csv(row[c.name]) for c in columns])
        count += 1
    return count


def write_jsonl(_: Columns, rows: Iterable[Row], out: TextIO) -> int:
    """Write one JSON object a line; return the number of rows."""
    count = 0
    for row in rows:
        out.write(in_json(row) + "\n")
        count += 1
    return count


TEXTS: Mapping[str, Written] = {"csv": write_csv, "jsonl": write_jsonl}


def write_parquet(columns: Columns, rows: Iterable[Row], target: Path) -> int:
    """Write Parquet; return the number of rows.

    Raises:
        UserError: the library is not installed, or a number is too large for the format.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as exc:
        raise UserError(
            "--parquet: pyarrow is not installed: pip install 'codingagentbench[parquet]', or take --jsonl"
        ) from exc
    schema, count = _schema(pa, columns), 0
    with pq.ParquetWriter(target, schema) as writer:
        for group in _groups(rows):
            writer.write_table(pa.table(_arrays(pa, columns, group), schema=schema))
            count += len(group)
    return count


def _groups(rows: Iterable[Row]) -> Iterator[list[Row]]:
    left = iter(rows)
    while group := list(islice(left, _GROUP)):
        yield group


def _schema(pa: Any, columns: Columns) -> pa.Schema:
    """Return the types, and with each column its meaning."""
    kinds = {"text": pa.string(), "json": pa.string(), "integer": pa.int64(), "number": pa.float64()}
    kinds["boolean"] = pa.bool_()
    told = [{"unit": c.unit, "description": c.says, "empty": c.empty} for c in columns]
    fields = zip(columns, told, strict=True)
    return pa.schema([pa.field(c.name, kinds[c.type], metadata=says) for c, says in fields])


def _arrays(pa: Any, columns: Columns, rows: list[Row]) -> list[Any]:
    kinds = _schema(pa, columns)
    return [
        pa.array([_plain(c.type, row[c.name], row) for row in rows], kinds.field(c.name).type)
        for c in columns
    ]


def _plain(kind: str, value: Any, row: Row) -> Any:
    if value is None:
        return None
    if kind == "json":
        return in_json(value)
    if kind == "text":
        return utf8(value)
    if kind == "integer" and not -_LARGEST <= value < _LARGEST:
        raise UserError(f"{row['cell_id']}: {value} is too large an integer for Parquet; take --jsonl")
    return float(value) if kind == "number" else value
