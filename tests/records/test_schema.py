"""Schemas are drawn from the records, and say what is wrong with a document."""

from __future__ import annotations

import jsonschema
import pytest

from cab_core.errors import BadDocument
from cab_core.gateway.models import ConfigDoc
from cab_core.records import Sweep, TaskDoc, from_json, to_json
from cab_core.records.schema import check, schema_of
from cab_core.records.stack import StackDoc
from cab_core.reference.documents import DOCUMENTS

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


MODEL = {"endpoint": "http://127.0.0.1:1/v1"}
PRICE = {"input": 1, "output": 2}


@pytest.mark.parametrize(
    ("change", "path", "says"),
    [
        ({"context_tokens": 0}, "context_tokens", "expected integer (>= 1): size of the context, got 0"),
        ({"context_tokens": 1.5}, "context_tokens", "expected integer (>= 1): size of the context, got 1.5"),
        ({"idle_s": 0}, "idle_s", "expected number (> 0)"),
        ({"price": {**PRICE, "input": -1}}, "price.input", "expected number (>= 0, <= 1000000): USD"),
        ({"price": {**PRICE, "cached": -1}}, "price.cached", "expected number (>= 0, <= 1000000): USD"),
        ({"price": {"input": 1}}, "price.output", "missing; expected number (>= 0, <= 1000000)"),
        ({"price": {**PRICE, "inputs": 1}}, "price.inputs", "did you mean 'input'?"),
        ({"price": 3}, "price", "expected object: what tokens cost, got 3"),
    ],
)
def test_what_may_be_left_out_has_its_bounds_all_the_same(
    change: dict[str, object], path: str, says: str
) -> None:
    """A value that may be null, and what is in it, is told by its own key with the bound."""
    with pytest.raises(BadDocument) as caught:
        check({"models": {"m": {**MODEL, **change}}}, ConfigDoc, "cab.toml")
    [(where, message)] = caught.value.problems
    assert where == f"models.m.{path}" and says in message


@pytest.mark.parametrize(("key", "bound"), [("calls", ">= 1"), ("tokens", ">= 1"), ("usd", "> 0")])
def test_a_limit_is_told_with_its_bound(key: str, bound: str) -> None:
    """In a sweep file as well."""
    with pytest.raises(BadDocument, match=rf"limits\.{key}: expected \w+ \({bound}\): .*, got 0"):
        check({"tuis": ["a"], "models": ["m"], "tasks": ["*"], "limits": {key: 0}}, Sweep, "s.toml")


def test_all_problems_are_told_at_once() -> None:
    """Nobody has to mend a document one error at a time."""
    with pytest.raises(BadDocument) as caught:
        check({"schema_version": 1, "title": 3}, TaskDoc, "x")
    assert {p for p, _ in caught.value.problems} == {"title", "prompt", "grade"}


def test_a_line_end_is_no_end_of_a_name() -> None:
    """A pattern that ends with `$` means the end of the text, which Python takes less strictly."""
    with pytest.raises(BadDocument, match="name: expected string"):
        check({"schema_version": 1, "name": "stack\n"}, StackDoc, "x")
