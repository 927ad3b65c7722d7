"""A value is held against its annotation all the way down, and what is wrong is told by its place."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.plugins.checked import Misfit, checked
from cab_core.records import (
    Applied,
    Execution,
    Harvest,
    Installation,
    Launch,
    McpServer,
    Recipe,
    Score,
    StackItem,
    Step,
    TokenClaim,
    Usage,
)

TEXTS = st.text(max_size=5)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.floats(-1e9, 1e9) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=10,
)
RECORDS = (
    Launch(argv=("a", "b"), env={"A": "1"}, files={"f": "x"}, cwd="/", stdin="s", stack=(Applied(item="i"),), secrets=("t",), own_tools=("o",)),
    Harvest(
        transcript=(Step(role="user", text="t", tool="x", usage=Usage(prompt=1)),), final_message="f",
        claim=TokenClaim(prompt=1, completion=2, source="s"), finished=True, failure="no",
    ),
    Recipe(pip=("a",), npm=("b",), apt=("c",), env={"A": "b"}, path=("bin",)),
    Score(axis="a", values={"x": [1, None, {"y": "z"}]}, headline=0.5),
    Execution(started_at="a", ended_at="b", duration_s=1, exit_code=0, memory_kills=False),
    Installation(name="n", version="1", reported=None, path=("a",), env={"A": "b"}, toolchains={"x": "1"}),
    McpServer(name="n", command=("c",), env={"A": "b"}, recipe=Recipe(pip=("x",))),
)  # fmt: skip


def places(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every place in a record with a function's argument: (its path, the record with a fault there)."""
    if attrs.has(type(value)):
        for field in attrs.fields(type(value)):
            inner = f"{path}.{field.name}" if path else field.name
            for at, spoilt in places(getattr(value, field.name), inner):
                yield at, forced(value, field.name, spoilt)
    elif isinstance(value, tuple):
        for i, item in enumerate(value):
            for at, spoilt in places(item, f"{path}[{i}]"):
                yield at, (*value[:i], spoilt, *value[i + 1 :])
    elif isinstance(value, dict):
        for key, item in value.items():
            for at, spoilt in places(item, f"{path}.{key}"):
                yield at, {**value, key: spoilt}
    yield path, object()


def forced(record: Any, name: str, value: Any) -> Any:
    """Return a record with a value that its own validators would refuse."""
    made = attrs.evolve(record)
    object.__setattr__(made, name, value)
    return made


@pytest.mark.parametrize("record", RECORDS, ids=lambda r: type(r).__name__)
def test_a_fault_at_any_place_is_told_by_its_path(record: Any) -> None:
    """Each place of a record in turn holds what is of no type at all."""
    assert checked(record, type(record)) == record
    seen = set()
    for path, spoilt in places(record):
        with pytest.raises(Misfit) as told:
            checked(spoilt, type(record))
        # A list of a JSON value is checked as one: its items have no annotation of their own.
        assert told.value.where == path or path.startswith(told.value.where), path
        assert told.value.got == "object"
        seen.add(path)
    assert len(seen) >= len(attrs.fields(type(record)))


@given(axis=TEXTS, values=st.dictionaries(TEXTS, JSON, max_size=4), headline=st.none() | st.floats(-1e9, 1e9))
def test_what_fits_passes_unchanged_and_is_shared_with_nobody(
    axis: str, values: dict[str, Any], headline: float | None
) -> None:
    """A value of the right type comes back equal, and what its giver does to it later changes nothing."""
    given_score = Score(axis=axis, values=values, headline=headline)
    taken = checked(given_score, Score)
    assert taken == given_score
    values["added later"] = 1
    assert "added later" not in taken.values


@pytest.mark.parametrize(
    ("value", "tp", "said"),
    [
        ("text", tuple[str, ...], "tuple of str"),
        ("text", typing.Sequence[str], "sequence of str"),
        (True, int, "int"),
        (1, bool, "bool"),
        (float("nan"), float, "float"),
        (10**400, int, "int"),
        ("x", typing.Literal["a", "b"], "one of 'a', 'b'"),
        (1, typing.Literal[True], "one of True"),
        ({1: "x"}, dict[str, str], "str"),
        (b"x", str, "str"),
        (None, Path, "Path"),
        ("a", Path, "Path"),
        (Applied(item="x"), StackItem, "McpServer or Instructions or Skill or Env or Args or Files"),
        (McpServer(name="no spaces", command=("x",)), StackItem, "a text like"),
        (McpServer(name="n", command=()), McpServer, "at least 1 of them"),
        (("x",), tuple[str, dict[str, Any]], "2 items"),
    ],
)
def test_what_does_not_fit_is_told_with_what_was_expected(value: Any, tp: Any, said: str) -> None:
    """Types that Python takes for one another are not: a text is no sequence of texts, true is no 1."""
    with pytest.raises(Misfit) as told:
        checked(value, tp)
    assert said in told.value.expected


def test_a_list_does_for_a_tuple() -> None:
    """Authors write lists; what comes out is what the annotation says, so that equal values are equal."""
    taken = checked(Recipe(pip=["a"]), Recipe)  # type: ignore[arg-type]
    assert taken == Recipe(pip=("a",))
