"""Where the time of a cell went: the parts that are told are all of the trace, or none are told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.records import Span, from_json
from cab_core.site.build import build_site
from cab_core.site.spans import Node, total_ms, tree
from cab_core.site.timing import parts
from tests.site.made import Made, span

# The CLI ran for 120 s; its sandbox, the grader and the rest made the trace 213 s long.
LONG: list[dict[str, Any]] = [
    span("a", None, "task_setup", "prepare:t", 0, 1000, {}),
    span("b", None, "adapter_run", "aider:t", 1000, 151_000, {}),
    span("c", "b", "container", "aider:launch", 1000, 150_900, {}),
    span("d", None, "compare", "compare:t", 152_100, 400, {}),
    span("e", None, "grade", "grade:t", 152_500, 60_400, {}),
    span("f", None, "cleanup", "cleanup:aider", 212_900, 100, {}),
]


def nodes(lines: list[dict[str, Any]]) -> list[Node]:
    """The spans in their tree."""
    return tree([from_json(line, Span) for line in lines])


def test_the_page_says_why_the_trace_is_longer_than_the_wall_time(tmp_path: Path) -> None:
    """In the sections on timing, from the spans."""
    Made(wall_ms=120_000.0, spans=LONG).write(tmp_path / "runs")
    out = build_site([tmp_path / "runs"], tmp_path / "site").parent
    html = (out / "cell/aider/acme/coder-1/mutations/off-by-one/index.html").read_text()
    assert (
        "213.00 s: preparation 1.00 s, the CLI&#39;s own time 120.00 s, its sandbox before and after 31.00 s, "
        "comparing the work directory 400 ms, grading in a sandbox of its own 60.40 s, cleaning up 100 ms, "
        "between these 100 ms." in html
    )
    assert "The axis Wall and the wall limit mean the CLI's own time" in html


@pytest.mark.parametrize(
    ("wall_ms", "lines"),
    [
        (None, LONG),
        (120_000.0, []),
        (120_000.0, [LONG[0], LONG[1] | {"duration_ms": None}]),
        (160_000.0, LONG),
        (120_000.0, [*LONG, span("x", None, "grade", "again", 0, 50, {})]),
    ],
    ids=["no wall time", "no span", "no duration", "a CLI that outlasted its stage", "spans that overlap"],
)
def test_what_does_not_add_up_is_not_told(wall_ms: float | None, lines: list[dict[str, Any]]) -> None:
    """Foreign or broken data are no reason to show parts that are not parts."""
    assert parts(nodes(lines), wall_ms) == []


@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1e6)), min_size=1, max_size=6), st.floats(0, 1e6))
def test_parts_are_all_of_the_trace(found: list[tuple[float, float]], wall_ms: float) -> None:
    """Whatever the spans are."""
    kinds = ("adapter_run", "grade", "odd")
    lines = [span(f"s{i}", None, kinds[i % 3], f"n{i}", at, ms, {}) for i, (at, ms) in enumerate(found)]
    told = parts(made := nodes(lines), wall_ms)
    assert not told or abs(sum(p.ms for p in told) - total_ms(made)) < 1
    assert all(p.ms > -1 for p in told)


def test_a_cell_that_says_nothing_of_a_throttle_has_a_page(tmp_path: Path) -> None:
    """One of an earlier cab, or of another scorer: the axis may hold anything, or not be there."""
    Made(scores={"latency": {"latency": 1.0}}).write(tmp_path / "runs")
    page = next(build_site([tmp_path / "runs"], tmp_path / "site").parent.glob("cell/**/index.html"))
    assert "the CLI's own time" in page.read_text().replace("&#39;", "'")
