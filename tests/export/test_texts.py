"""Texts in a table: no reader is attacked by one, and none is lost."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.export.texts import in_csv, in_json

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1",
    "'=1",
    " =1",
    "\xa0=1",
    "\ufeff=1",
    "\u200b\u3000@x",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_is_a_formula(text: str) -> None:
    """It is quoted as a spreadsheet does it, and one character is to be taken away to have it back."""
    assert in_csv(text) == f"'{text}"


def test_a_number_is_no_text() -> None:
    """A negative one stays one, and what is unknown is empty."""
    assert [in_csv(v) for v in (-1.5, 0, True, None, [], {"a": 1})] == [
        "-1.5",
        "0",
        "true",
        "",
        "[]",
        '{"a": 1}',
    ]


@given(text=st.text(st.characters(exclude_categories=["Cs"])))
def test_a_text_comes_back_out_of_csv(text: str) -> None:
    """Whatever it is; of controls, which are no text, their symbols."""
    out = io.StringIO(newline="")
    csv.writer(out).writerow([in_csv(text), "end"])
    [[field, end]] = csv.reader(io.StringIO(out.getvalue(), newline=""))
    field = field[1:] if field.startswith("'") else field
    controls = any((ord(c) < 32 and c not in "\t\r\n") or 0x7F <= ord(c) < 0xA0 for c in text)
    assert end == "end" and (field == text or controls)
    assert not {c for c in field if ord(c) < 32} - {"\t", "\r", "\n"}


@given(
    value=st.recursive(
        st.none() | st.text() | st.integers(), lambda v: st.lists(v) | st.dictionaries(st.text(), v)
    )
)
def test_any_value_is_strict_json(value: object) -> None:
    """On one line, in ASCII, without half a character: of a name that is no UTF-8 its bytes are escapes."""
    text = in_json(value)
    assert "\n" not in text and text.isascii()
    json.dumps(json.loads(text), ensure_ascii=False).encode()


def test_what_is_no_number_is_refused() -> None:
    """NaN is none in JSON."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        in_json(float("nan"))
