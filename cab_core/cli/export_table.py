"""The forms of `cab export` that are one table: a row a cell."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cab_core.records import CellResult
from cab_core.store.reading import read_json
from cab_core.words import plural

from .export_whole import whole_file
from .standing import Walk

FORMS = ("csv", "jsonl", "parquet")


def write_table(form: str, cells: Walk, out: Path | None) -> tuple[dict[str, Any], list[str]]:
    """Write a table to a file, whole or not at all, or to standard output where `out` is None.

    The store is gone through twice: what axes there are is known when all cells were seen. Of a cell that is
    not at hand no more than its path is kept.

    Returns:
        What to tell programs, and people; nothing to tell where the table went to standard output.

    Raises:
        UserError: a cell or the file cannot be had, or a library is missing.
    """
    from cab_core.export.columns import Columns, Row, columns_for, row
    from cab_core.export.tables import TEXTS, write_parquet

    paths, axes = list[str](), dict[str, str]()
    for directory, summary in cells:
        paths.append(str(directory))
        axes |= {a: unit or axes.get(a, "") for a, unit in zip(summary.axes, summary.units, strict=True)}
    columns: Columns = columns_for(axes)

    def rows() -> Iterator[Row]:
        for path in paths:
            yield row(columns, read_json(Path(path, "cell.json"), CellResult))

    if out is None:
        sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
        TEXTS[form](columns, rows(), sys.stdout)
        return {}, []
    with whole_file(out) as part:
        if form == "parquet":
            count = write_parquet(columns, rows(), part)
        else:
            with part.open("w", encoding="utf-8", newline="") as file:
                count = TEXTS[form](columns, rows(), file)
    told = {"rows": count, "columns": len(columns), "file": str(out)}
    return told, [f"{plural(count, 'row')} of {len(columns)} columns in {out}"]
