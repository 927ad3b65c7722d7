"""Schemas are drawn from the records, and say what is wrong with a document."""

from __future__ import annotations

import jsonschema
import pytest

from cab_core.cli.schema import DOCUMENTS
from cab_core.errors import BadDocument
from cab_core.records import TaskDoc, from_json, to_json
from cab_core.records.schema import check, schema_of

TASK = {
    "schema_version": 1,
    "title": "t",
    "prompt": "p",
    "grade": {"commands": [{"argv": ["true"]}]},
}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_schema_is_a_schema(document: str) -> None:
    """What `cab schema` prints is a valid JSON Schema (2020-12) that forbids unknown keys."""
    schema = schema_of(DOCUMENTS[document])
    jsonschema.Draft202012Validator.check_schema(schema)
    assert all(d["additionalProperties"] is False for d in schema["$defs"].values())


def test_a_good_document_makes_a_record_and_back() -> None:
    """A document that fits becomes a record whose JSON fits again."""
    check(TASK, TaskDoc, "x")
    record = from_json(TASK, TaskDoc)
    check(to_json(record), TaskDoc, "x")
    assert from_json(to_json(record), TaskDoc) == record


@pytest.mark.parametrize(
    ("change", "path", "says"),
    [
        ({"promt": "x"}, "promt", "did you mean 'prompt'?"),
        ({"title": 7}, "title", "expected string"),
        ({"grade": {"commands": []}}, "grade.commands", "minItems 1"),
        (
            {"grade": {"commands": [{"argv": ["x"], "kind": "vibes"}]}},
            "grade.commands[0].kind",
            "one of 'exit'",
        ),
        (
            {"grade": {"commands": [{"argv": ["x"]}], "timeout": 5}},
            "grade.timeout",
            "did you mean 'timeout_s'?",
        ),
        ({"expected_files": "a.py"}, "expected_files", "expected array"),
    ],
)
def test_an_error_names_key_path_and_what_was_expected(change: dict, path: str, says: str) -> None:
    """Each problem has the key's path, what was expected, and the nearest right name."""
    with pytest.raises(BadDocument) as caught:
        check({**TASK, **change}, TaskDoc, "pack/x/task.toml")
    assert path in dict(caught.value.problems)
    assert says in dict(caught.value.problems)[path]
    assert str(caught.value).startswith("pack/x/task.toml: ")


def test_all_problems_are_told_at_once() -> None:
    """Nobody has to mend a document one error at a time."""
    with pytest.raises(BadDocument) as caught:
        check({"schema_version": 1, "title": 3}, TaskDoc, "x")
    assert {p for p, _ in caught.value.problems} == {"title", "prompt", "grade"}
