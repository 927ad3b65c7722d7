"""What statistics move as one: a task's family, what is known of it in old records, else the task."""

from __future__ import annotations

import pytest
from cattrs import BaseValidationError

from cab_core.records import GradeCommand, GradeSpec, RefusalSpec, Task, TaskDoc, from_json, to_json
from cab_core.records.convert import why_not


def task(name: str, family: str | None = None, twin: str | None = None) -> Task:
    """Return a task of a pack."""
    grade = GradeSpec(commands=(GradeCommand(argv=("true",)),))
    refusal = RefusalSpec(expected=False, twin=twin) if twin else None
    doc = TaskDoc(schema_version=1, title="t", prompt="p", grade=grade, refusal=refusal)
    return Task(id=f"p/{name}", pack="p", pack_version="1", tree_hash="", doc=doc, family=family)


@pytest.mark.parametrize(
    ("found", "unit"),
    [
        (task("a"), "p/a"),
        (task("a", "p:x"), "p:x"),
        (task("a", "p:x", twin="b"), "p:x"),
        (task("a", twin="b"), "p:a"),
        (task("b", twin="a"), "p:a"),
    ],
)
def test_the_unit_of_a_task(found: Task, unit: str) -> None:
    """The family, else the twins', else the task; a task that is called like a family is not of it."""
    assert found.unit == unit


def test_a_record_without_a_family_is_read() -> None:
    """An earlier cab wrote none; twins are one unit all the same."""
    record = to_json(task("b", twin="a"))
    del record["family"], record["doc"]["family"]
    assert from_json(record, Task).unit == "p:a"


def test_a_name_that_no_page_takes_is_refused() -> None:
    """A record may be a stranger's."""
    with pytest.raises(BaseValidationError) as told:
        from_json({**to_json(task("a")), "family": "x" * 1000}, Task)
    assert "family 'xxx" in why_not(told.value)
