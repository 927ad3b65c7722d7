"""How long an endpoint asks to wait."""

from __future__ import annotations

import email.utils
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.gateway.waits import asked_wait

NOW = "Wed, 25 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "6.5"}, 6.5),
        ({"retry-after": "0"}, 0.0),
        ({"Retry-After": "Wed, 25 Nov 2026 12:00:13 GMT", "Date": NOW}, 13.0),
        ({"Retry-After": "Wed, 25 Nov 2026 11:00:00 GMT", "Date": NOW}, 0.0),
        ({"retry-after-ms": "8000", "Retry-After": "9"}, 8.0),
        ({"x-ratelimit-reset-requests": "1m30s", "x-ratelimit-remaining-requests": "0"}, 90.0),
        ({"x-ratelimit-reset-requests": "6m0s", "x-ratelimit-reset-tokens": "120ms"}, 0.12),
        ({"X-RateLimit-Reset": "3"}, 3.0),
        ({"Retry-After": "20s"}, 20.0),
        ({"Retry-After": "1m30s"}, 90.0),
        ({"Retry-After": "2026-11-25T12:00:13Z", "Date": NOW}, 13.0),
        ({"anthropic-ratelimit-requests-reset": "2026-11-25T12:00:09+00:00", "Date": NOW}, 9.0),
        (
            {
                "anthropic-ratelimit-input-tokens-reset": "2026-11-25T12:00:40Z",
                "anthropic-ratelimit-input-tokens-remaining": "0",
                "anthropic-ratelimit-requests-reset": "2026-11-25T12:00:01Z",
                "anthropic-ratelimit-requests-remaining": "49",
                "Date": NOW,
            },
            40.0,
        ),
        ({"RateLimit-Reset": "12"}, 12.0),
        ({"x-rate-limit-reset": "12"}, 12.0),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "inf"}, None),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "Wed, 99 Nov 2026 12:00:13 GMT"}, None),
        ({"retry-after-ms": "nan"}, None),
        ({}, None),
    ],
)
def test_every_way_of_saying_it(headers: dict[str, str], seconds: float | None) -> None:
    """Seconds, dates, milliseconds, spans; what is no time is none."""
    assert asked_wait(429, headers) == seconds


def test_a_date_is_held_against_this_clock_where_the_endpoint_says_no_other() -> None:
    """Within the second that a date rounds away."""
    found = asked_wait(503, {"Retry-After": email.utils.formatdate(time.time() + 20, usegmt=True)})
    assert found is not None and 18 <= found <= 20


@pytest.mark.parametrize("scale", [1, 1000])
def test_a_reset_may_be_a_time_of_day(scale: int) -> None:
    """In seconds or milliseconds since 1970."""
    found = asked_wait(429, {"X-RateLimit-Reset": str(int((time.time() + 20) * scale))})
    assert found is not None and 18 <= found <= 20


def test_when_a_limit_is_new_matters_only_where_it_was_the_reason() -> None:
    """It is said with every answer."""
    assert asked_wait(500, {"x-ratelimit-reset-requests": "6m0s"}) is None


@given(
    st.integers(400, 599),
    st.dictionaries(
        st.sampled_from(
            ["Retry-After", "retry-after-ms", "date", "x-ratelimit-reset", "anthropic-ratelimit-tokens-reset"]
        ),
        st.text(),
    ),
)
def test_no_header_breaks_it(status: int, headers: dict[str, str]) -> None:
    """What comes out is a time that can be waited for, or none."""
    found = asked_wait(status, headers)
    assert found is None or 0 <= found < float("inf")
