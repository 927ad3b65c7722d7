"""How long an endpoint asks to wait."""

from __future__ import annotations

import email.utils
import json
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.gateway.events import parse_error
from cab_core.gateway.waits import asked_wait, wait_in_body, wait_in_words
from cab_core.plugins.wire_protocol import WireProtocol
from tests.support.vendor import Sent, Vendor, cell_before, events
from tests.support.wire import CHAT, GEMINI, MESSAGES, RESPONSES

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


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("Limit 10000, Used 9000, Requested 2000. Please try again in 6s. Visit ...", 6.0),
        ("Please try again in 1.2s.", 1.2),
        ("Please try again in 6m12.5s. Need more tokens?", 372.5),
        ("please try again in 120ms", 0.12),
        ("Please retry after 20 seconds.", 20.0),
        ("Please retry in 12.345678901s.", 12.345678901),
        ("try again in 1 hour, 2 minutes", 3720.0),
        ("Try again in 86400 seconds.", 86400.0),
        ("Please try again in 2026.", None),
        ("Please try again in 5 models", None),
        ("Please try again later", None),
        ("in 5s", None),
    ],
)
def test_a_sentence_may_say_it(words: str, seconds: float | None) -> None:
    """As OpenAI, Groq, Azure and Google put it; what is no time is none."""
    found = wait_in_words(words)
    assert found is None if seconds is None else found == pytest.approx(seconds)


def google(delay: Any, words: str = "Quota exceeded.") -> dict[str, Any]:
    """A refusal of Google's."""
    details = [
        {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{"quotaValue": "5"}]},
        {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay},
    ]
    said = {"code": 429, "message": words, "status": "RESOURCE_EXHAUSTED", "details": details}
    return {"error": said}


def openai(words: str) -> dict[str, Any]:
    """A refusal of OpenAI's."""
    return CHAT.error(429, f"Rate limit reached. {words}", "rate_limit_exceeded")


@pytest.mark.parametrize(
    ("protocol", "body", "seconds"),
    [
        (GEMINI, google("12s"), 12.0),
        (GEMINI, google("0.500s"), 0.5),
        (GEMINI, google("7s", "Please retry in 6.9s."), 7.0),
        (GEMINI, google("soon", "Please retry in 6.9s."), 6.9),
        (GEMINI, google({"seconds": 5}), None),
        (GEMINI, google("-5s"), None),
        (GEMINI, {"error": {"details": "12s"}}, None),
        (GEMINI, {"error": "Please retry in 3s"}, 3.0),
        (CHAT, openai("Please try again in 1.2s."), 1.2),
        (RESPONSES, openai("Please try again in 1.2s."), 1.2),
        (CHAT, openai("Slow down."), None),
        (CHAT, {"detail": "Too many requests, retry after 2 seconds"}, 2.0),
        (MESSAGES, MESSAGES.error(429, "Please try again in 1.2s.", "x"), None),
    ],
)
@pytest.mark.parametrize("form", ["object", "array", "event"])
def test_a_body_may_say_it(
    protocol: WireProtocol, body: dict[str, Any], seconds: float | None, form: str
) -> None:
    """As its protocol reads it, in an array or the first event of a stream, too; Anthropic says it in headers."""
    forms = {"object": json.dumps(body), "array": json.dumps([body]), "event": events(body, {"later": 1})}
    assert wait_in_body(protocol, parse_error(forms[form].encode())) == seconds


@given(st.recursive(st.none() | st.text() | st.integers(), lambda i: st.lists(i) | st.dictionaries(
    st.sampled_from(["error", "details", "retryDelay", "@type", "message"]), i), max_leaves=8))  # fmt: skip
def test_no_body_breaks_it(value: Any) -> None:
    """Of whatever protocol."""
    for protocol in (CHAT, RESPONSES, GEMINI):
        found = wait_in_body(protocol, value if isinstance(value, dict) else {"error": value})
        assert found is None or 0 <= found < float("inf")


STREAMED = "/v1beta/models/m:streamGenerateContent?alt=sse"
ASKED = {"contents": [{"parts": [{"text": "hi"}]}]}
ANSWER = {
    "candidates": [{"content": {"parts": [{"text": "ok"}]}, "finishReason": "STOP"}],
    "usageMetadata": {},
}


@pytest.mark.parametrize("body", [[google("0.9s")], events(google("0.9s"))], ids=["array", "event"])
def test_a_call_waits_as_long_as_the_body_asks(tmp_path: Path, body: Any) -> None:
    """And it is on record as the endpoint's own wait."""
    with Vendor().running() as vendor, cell_before(vendor, GEMINI, tmp_path / "calls") as (url, session):
        vendor.send(Sent(body, 429), Sent(events(ANSWER)))
        asked = urllib.request.Request(
            url + STREAMED, json.dumps(ASKED).encode(), {"x-goog-api-key": session.token}
        )
        assert b"ok" in urllib.request.urlopen(asked).read()
    [call] = session.calls
    assert call.tries == 2 and call.throttle_ms >= 899


def test_an_error_that_begins_a_stream_lets_the_next_call_wait(tmp_path: Path) -> None:
    """Its status is 200, and the CLI has it by then."""
    with Vendor().running() as vendor, cell_before(vendor, GEMINI, tmp_path / "calls") as (url, session):
        vendor.send(Sent(events(google("0.9s"))), Sent(events(ANSWER)))
        for _ in range(2):
            asked = urllib.request.Request(
                url + STREAMED, json.dumps(ASKED).encode(), {"x-goog-api-key": session.token}
            )
            urllib.request.urlopen(asked).read()
    first, second = session.calls
    assert (first.ended, second.ended) == ("failed", "answered") and second.throttle_ms > 500
