"""What is read of a `cell.json` for its summary is what the whole record would have said."""

from __future__ import annotations

import json
from typing import Any

from cattrs import BaseValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from cab_core.errors import UserError
from cab_core.records import CellResult, CellSummary, from_json, to_json
from cab_core.store.bounded_json import parse
from cab_core.store.excerpt import Excerpt, excerpt_of
from tests.records.test_summary import MADE, result

SPELT = {  # texts of JSON, and of what is none
    "null", "true", "0", "-0", "1", "-1", "1.0", "1E2", "0.1", "1e-400", "1e301", "1e999", "9007199254740993",
    "1" + "0" * 400, "1" * 5000, "01", "NaN", "-Infinity", '""', '"x"', '"pass_rate"', '"passed"', '"\\u0070assed"',
    '"\\ud800"', '"\\ud83d\\ude00"', '"\\ud83d"', '"\\q"', '"\n"', '"é"', '"\x7f"', '"' + "n" * 600 + '"', "[]",
    '["x"]', '["\\udcff"]', "{}", '{"x": 1}', '{"x": 1, "x": "y"}', '{"headline": 1e17}', "[[[[]]]]",
    "[" * 120 + "]" * 120, "[1,]", "[", "",
}  # fmt: skip
WHERE = ("instead", "before", "after", "left out")  # of a key that is there twice the last is read
ODD = st.tuples(st.integers(0, 10**6), st.sampled_from(sorted(SPELT)), st.sampled_from(WHERE))


def places(value: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Return where in a JSON value objects have keys."""
    if not isinstance(value, dict):
        return []
    return [p for key, inner in value.items() for p in ((*path, key), *places(inner, (*path, key)))]


def spell(value: Any, at: tuple[str, ...], odd: str, where: str) -> str:
    """Write a JSON value, with odd text in one place of it."""
    if not isinstance(value, dict) or not at:
        return json.dumps(value)
    pairs = []
    for key, inner in value.items():
        here = key == at[0]
        pair = f"{json.dumps(key)}: {spell(inner, at[1:] if here else (), odd, where)}"
        said = f"{json.dumps(key)}: {odd}"
        if here and len(at) == 1:
            pairs += {"instead": [said], "before": [said, pair], "after": [pair, said], "left out": []}[where]
        else:
            pairs.append(pair)
    return f"{{{', '.join(pairs)}}}"


def is_read(at: tuple[str, ...]) -> bool:
    """Tell whether a summary rests on all that stands in a place of a record."""
    if at[0] == "task":
        return len(at) == 1 or at[1] in ("id", "pack", "family") or "refusal" in at
    if at[0] == "scores":
        return len(at) == 1 or at[-1] == "headline"
    return at[0] in Excerpt.__struct_fields__ and at[0] not in ("execution", "rescored", "regraded")


def of_the_whole(data: bytes) -> CellSummary | None:
    """Return the summary of the whole record; None where it is none."""
    try:
        return from_json(parse(data), CellResult).summary
    except (ValueError, UserError, BaseValidationError):
        return None


@settings(max_examples=60, deadline=None)
@given(MADE, st.booleans(), st.booleans(), st.none() | st.sampled_from(["a", "z"]))
def test_a_summary_that_is_read_is_that_of_the_whole(
    made: dict[str, Any], citable: bool, runs: bool, twin: str | None
) -> None:
    """Whatever the cell is like; and no cell that cab wrote takes the longer way."""
    one = result(made, citable, runs, twin)
    found = excerpt_of(json.dumps(to_json(one)).encode())
    assert found is not None and found.summary == one.summary


@settings(max_examples=400, deadline=None)
@given(MADE, ODD)
def test_odd_json_is_read_as_in_the_whole_or_left_to_its_reader(
    made: dict[str, Any], odd: tuple[int, str, str]
) -> None:
    """Surrogates, numbers that are none or too large, keys twice: one reader, however it is read."""
    record = to_json(result(made, False, True, "a"))
    every = places(record)
    at = every[odd[0] % len(every)]
    data = spell(record, at, *odd[1:]).encode("utf-8", "surrogatepass")
    found, expected = excerpt_of(data), of_the_whole(data)
    if found is not None and (expected is not None or (is_read(at) and odd[2] != "before")):
        assert expected is not None, at
        assert json.dumps(to_json(found.summary)) == json.dumps(to_json(expected))


def test_what_many_cells_share_is_held_once() -> None:
    """Of two cells that were read apart, texts, limits and options are the same objects."""
    data = json.dumps(to_json(result({"options": {"a": 1}}, True, True, None))).encode()
    one, other = (found.summary for _ in range(2) if (found := excerpt_of(data)))
    assert one.outcome is other.outcome and one.family is other.family and one.all_marks is other.all_marks
    assert one.cell.limits is other.cell.limits and one.cell.options is other.cell.options
    assert [id(axis) for axis in one.headlines] == [id(axis) for axis in other.headlines]
