"""Lines of JSON."""

from __future__ import annotations

import json

import pytest

from cab_core.records.line import json_line


@pytest.mark.parametrize(
    "value", [{"b": 1, "a": [1.5, None, True]}, {"text": 'ü "漢" \n\x00 😀'}, {"text": "\udce9"}]
)
def test_a_line_reads_as_what_was_written(value: object) -> None:
    """In its order and in one line, what is no UTF-8 too."""
    line = json_line(value)
    assert json.loads(line) == value and list(json.loads(line)) == list(value) and line.count(b"\n") == 1
