"""The summary of a cell: what its result says, in short."""

from __future__ import annotations

from typing import Any

import attrs
from hypothesis import strategies as st

from cab_core.records import OUTCOMES, CellResult, RefusalSpec
from tests.site.made import Made

HEADS = st.none() | st.floats(0, 1e12)
MADE = st.fixed_dictionaries(
    {
        "outcome": st.sampled_from(list(OUTCOMES)),
        "why": st.text(min_size=1, max_size=20),
        "family": st.none() | st.sampled_from(["p:a", "mutations:x"]),
        "attempt": st.integers(1, 99),
        "stack": st.sampled_from([(), ("s",)]),
        "marks": st.lists(st.sampled_from(["sealed", "scripted", "provisional", "x:y"]), max_size=3).map(
            tuple
        ),
        "headlines": st.dictionaries(st.sampled_from(["pass_rate", "latency", "blast_radius"]), HEADS),
        "tokens": st.none() | st.tuples(st.integers(0, 9999), st.integers(0, 9999)),
        "usd": st.none() | st.floats(0, 9),
        "voided": st.lists(st.sampled_from(["infra_upstream", "cancelled"]), max_size=2).map(tuple),
        "voided_tokens": st.none() | st.integers(0, 9999),
        "voided_usd": st.none() | st.floats(0, 9),
        "options": st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
    }
)


def result(made: dict[str, Any], citable: bool, runs: bool, twin: str | None) -> CellResult:
    """Return a result of which all that a summary depends on may vary."""
    one = Made(**made)
    found = one.result(one.cell(), one.calls())
    doc = attrs.evolve(found.task.doc, refusal=RefusalSpec(expected=True, twin=twin) if twin else None)
    return attrs.evolve(
        found,
        citable=citable,
        execution=found.execution if runs else None,
        task=attrs.evolve(found.task, doc=doc),
        unscored={"tokens": "why"} if runs else {},
    )


def test_a_summary_says_what_the_result_says() -> None:
    """Each of its fields is the result's field, or property, of that name."""
    whole = result({"voided": ("cancelled",), "voided_tokens": 5}, True, True, "a")
    for field in attrs.fields(type(whole.summary)):
        assert getattr(whole.summary, field.name) == getattr(whole, field.name), field.name
    for name in ("standing", "solved", "scripted"):
        assert getattr(whole.summary, name) == getattr(whole, name)
    assert whole.spent_tokens == 1505 and whole.family == "mutations:a"
