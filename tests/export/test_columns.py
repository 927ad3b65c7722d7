"""The columns of an exported table say what they are, and are what they say."""

from __future__ import annotations

import typing
from pathlib import Path

import attrs
import pytest

from cab_core.export.columns import COLUMNS, Column, columns_for, row
from cab_core.records import CellResult, CellSummary
from cab_core.store.reading import read_json
from tests.site.made import Made

KINDS = {"text": str, "integer": int, "number": float | int, "boolean": bool, "json": list | dict}


@pytest.mark.parametrize("column", COLUMNS, ids=lambda c: c.name)
def test_a_column_says_what_it_is(column: Column) -> None:
    """Its meaning is the record's; where a value may be null, it says when."""
    assert column.says and column.type in KINDS
    cls, nullable = CellResult, False
    for name in column.path.split("."):
        hint = typing.get_type_hints(cls if name in typing.get_type_hints(cls) else CellSummary).get(name)
        nullable = nullable or type(None) in typing.get_args(hint)
        cls = next((tp for tp in (hint, *typing.get_args(hint)) if attrs.has(tp)), cls)
    assert bool(column.empty) >= nullable


def test_no_name_comes_twice() -> None:
    """Nor does that of an axis."""
    names = [c.name for c in columns_for({"tokens": "", "tidiness": "lines"})]
    assert len(names) == len(set(names)) and names[-1] == "axis_tidiness"


@pytest.mark.parametrize("outcome", ["passed", "infra_upstream"])
def test_a_row_has_values_of_the_types_that_are_said(tmp_path: Path, outcome: str) -> None:
    """Of a cell that went well and of one without a verdict; what is unknown is None, and no column is 0 for it."""
    made = Made(outcome=outcome, tokens=(1200, 300) if outcome == "passed" else None, stack=("house",))
    result = read_json(made.write(tmp_path) / "cell.json", CellResult)
    columns = columns_for(dict.fromkeys(result.axes, ""))
    found = row(columns, result)
    for column in columns:
        value = found[column.name]
        assert value is None or isinstance(value, KINDS[column.type]), column.name
    expected = (1500, 1, True) if outcome == "passed" else (None, None, None)
    assert (found["tokens_total"], found["axis_pass_rate"], found["solved"]) == expected
    assert found["stack"] == ["house"] and found["axis_latency"] == result.wall_ms
