"""The time-line of a run: who was at work when."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cab_core.records import Span, from_json
from cab_core.site.spans import Node, origin_ns, tree
from cab_core.site.timeline import lanes
from tests.site.made import Made
from tests.site.talked import long, ran, small


def spans(made: Made) -> tuple[list[Node], int]:
    """The spans of a cell in their tree, and when they begin."""
    found = [from_json(line, Span) for line in made.spans or ()]
    return tree(found), origin_ns(found)


def of(made: Made) -> dict[str, list[tuple[float, float, str]]]:
    """The lanes of a cell without a record."""
    nodes, origin = spans(made)
    found = lanes(nodes, made.calls(), None, origin)
    return {lane.name: [(p.start, p.end, p.says) for p in lane.pieces] for lane in found}


def test_each_has_a_lane() -> None:
    """The CLI has what is left of its time; calls that failed say so."""
    found = of(small())
    assert list(found) == ["CLI", "Model", "Grading", "cab"]
    assert found["CLI"][0] == (30, 1000, "start-up of the CLI: 970 ms")
    assert found["CLI"][-1] == (10_200, 11_500, "the CLI and its tools: 1.30 s")
    assert found["Model"][3] == (9000, 9200, "call 4: 200 ms, no answer of a model")


def test_a_wait_is_no_work_of_the_cli() -> None:
    """Whether the endpoint asked for it or the call waited for its turn."""
    made = small()
    made.made_calls = (ran(1, 1000, 200.0, throttle_ms=300.0, waits=((50.0, 350.0),), queued_ms=100.0),)
    found = of(made)
    assert [(start, end) for start, end, _ in found["Waiting"]] == [(900, 1000), (1050, 1350)]
    assert found["CLI"][0][1] == 900


def test_what_cannot_be_told_apart_is_drawn_as_one() -> None:
    """So that 5,000 calls are no more than a lane can show; a failed one stays to be seen."""
    made = long(10)
    made.made_calls = tuple(
        ran(n, 1000 + n, 0.5, **({"fault": "dropped"} if n == 77 else {})) for n in range(1, 5000)
    )
    nodes, origin = spans(long(9_000))
    model = next(lane for lane in lanes(nodes, made.calls(), None, origin) if lane.name == "Model")
    assert len(model.pieces) <= 303
    assert [p.call for p in model.pieces if p.bad] == [77]
    assert "more" in model.pieces[0].says


@given(st.lists(st.tuples(st.integers(0, 12_000), st.integers(0, 3_000)), max_size=6))
def test_the_cli_works_when_nobody_else_does(times: list[tuple[int, int]]) -> None:
    """Wherever the calls lie: its lane is the time of its container without theirs."""
    made = small()
    made.made_calls = tuple(ran(n, at, ms) for n, (at, ms) in enumerate(times, 1))
    nodes, origin = spans(made)
    found = {lane.name: lane.ms for lane in lanes(nodes, made.calls(), None, origin)}
    called = {moment for at, ms in times for moment in range(at, at + ms)}
    assert round(found.get("CLI", 0)) == len(set(range(30, 11_500)) - called)
