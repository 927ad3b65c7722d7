"""From speeds to limits."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.probe.measure import overall_speed, reading_speed, writing_speed
from cab_core.probe.record import Probe
from cab_core.probe.suggest import wall_after, wall_of, width_of
from cab_core.records import Limits, ModelCall, Usage


def probe(**found: float) -> Probe:
    """Return a probe with speeds."""
    return Probe(endpoint="http://127.0.0.1/v1", model="m", protocol="openai-chat", **found)  # type: ignore[arg-type]


def call(
    prompt: int | None, completion: int | None, first_ms: float | None, took_ms: float, **more: object
) -> ModelCall:
    """Return a call that was answered."""
    made = ModelCall(
        n=1, started_at="", request_sha256="", model_asked="m", model_served="m", streamed=True, status=200,
        finish_reason="stop", throttle_ms=0, tries=1, latency_ms=took_ms, first_token_ms=first_ms,
        usage=Usage(prompt=prompt, completion=completion),
    )  # fmt: skip
    return attrs.evolve(made, **more)  # type: ignore[arg-type]


def test_the_formula_is_what_is_said() -> None:
    """10 x 600 / 60 + 21,000 / 100 + 10 x 2, twice, in whole minutes: 660 s."""
    wall, because = wall_of(probe(written_tokens_s=60, read_tokens_s=100, first_token_s=2))
    assert wall == 660 == 60 * -(-2 * (100 + 210 + 20) // 60)
    for said in (
        "10 calls x 600 tokens / 60 a second",
        "21,000 tokens read / 100",
        "10 x 2.0 s",
        "330 s a cell",
        "times 2",
    ):
        assert said in because
    assert "assumed, not measured" in because


def test_what_is_fast_has_a_limit_that_a_cli_can_start_in() -> None:
    """At least 120 s, and that is said."""
    wall, because = wall_of(probe(written_tokens_s=5000, first_token_s=0.1))
    assert wall == 120 and "at least 120" in because


def test_what_is_not_known_is_not_assumed() -> None:
    """Without a speed it is the limit of any run."""
    wall, because = wall_of(probe())
    assert wall == Limits().wall_s and "not known" in because


@given(st.floats(0.01, 1e5), st.floats(0.01, 1e5))
def test_slower_is_never_shorter(one: float, other: float) -> None:
    """Whatever the speeds."""
    slow, fast = sorted((one, other))
    assert wall_of(probe(written_tokens_s=slow))[0] >= wall_of(probe(written_tokens_s=fast))[0]


@pytest.mark.parametrize(
    ("n", "factor", "width"), [(2, 2.0, 1), (2, 1.1, 2), (4, 1.0, 4), (4, 2.0, 2), (4, 4.4, 1), (4, 0.8, 4)]
)
def test_as_many_cells_as_lose_no_time(n: int, factor: float, width: int) -> None:
    """Four calls in twice the time of one: two at once."""
    assert width_of(n, factor) == width


def test_a_cell_that_was_seen() -> None:
    """Three times what it took, in whole minutes, at least two."""
    assert (wall_after(64_800), wall_after(1_000)) == (240, 120)


def test_writing_is_from_the_first_token_to_the_last() -> None:
    """48 tokens, 47 of them in 940 ms; what came in one piece, or was short, says nothing."""
    assert writing_speed(call(10, 48, 500, 1440)) == pytest.approx(50)
    assert writing_speed(call(10, None, 500, 1440, events=48)) == pytest.approx(50)
    assert writing_speed(call(10, 48, 500, 505)) is None
    assert writing_speed(call(10, 3, 500, 1440)) is None
    assert writing_speed(call(10, 48, None, 1440)) is None
    assert overall_speed(call(10, 48, None, 960)) == pytest.approx(50)


def test_reading_is_by_what_a_longer_question_takes_longer() -> None:
    """Tokens from a cache were not read; where nothing differs nothing is known."""
    short = call(20, 48, 300, 900)
    assert reading_speed(short, call(420, 4, 4300, 4400)) == pytest.approx(100)
    cached = call(420, 4, 4300, 4400, usage=Usage(prompt=420, completion=4, cached=200))
    assert reading_speed(short, cached) == pytest.approx(50)
    assert reading_speed(short, call(420, 4, 310, 400)) is None
    assert reading_speed(short, call(None, 4, 4300, 4400)) is None
    assert reading_speed(short, call(420, 4, None, 4400)) is None
