"""How long an endpoint asks to wait, in whichever header or words it says so."""

from __future__ import annotations

import email.utils
import math
import re
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from cab_core.plugins.blame import held
from cab_core.plugins.wire_protocol import WireProtocol

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_SPAN = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhd])")
# OpenAI's x-ratelimit-reset-requests, Anthropic's anthropic-ratelimit-tokens-reset, ratelimit-reset ...; each
# has its like with `remaining`.
_RESET = re.compile(r"rate-?limit\b.*\breset\b")
# "Please try again in 6m12.5s" (OpenAI, Groq), "retry after 20 seconds" (Azure), "retry in 12.3s" (Google).
_PART = r"(\d+(?:\.\d+)?)\s?(ms|milliseconds?|s|sec(?:ond)?s?|m|min(?:ute)?s?|h|hours?|d|days?)(?![a-z])"
_WORDS = re.compile(rf"\b(?:try again|retry) (?:in|after) ((?:{_PART}[ ,]*)+)", re.I)


def asked_wait(status: int, headers: Mapping[str, str]) -> float | None:
    """Return the seconds that an answer asks to wait; None where it does not say, or says what is no time.

    When a limit is new is said with every answer; it is a wish to wait where the limit was the reason.
    """
    found = {k.lower(): v.strip() for k, v in headers.items()}
    # A time of day is held against the endpoint's own clock.
    now = _date(found.get("date", "")) or time.time()
    with suppress(ValueError):
        return _positive(float(found.get("retry-after-ms", "")) / 1000)
    if "retry-after" in found:
        return _seconds(found["retry-after"], now)
    return _reset(found, now) if status == 429 else None


def wait_in_words(words: str) -> float | None:
    """Return the seconds that a sentence asks to wait, such as `Please try again in 1.2s`, or None."""
    if (found := _WORDS.search(words)) is None:
        return None
    parts = re.findall(_PART, found[1], re.I)
    return _positive(sum(float(n) * _UNITS[_unit(word.lower())] for n, word in parts))


def _unit(word: str) -> str:
    return "ms" if word.startswith(("ms", "milli")) else word[0]


def wait_in_body(protocol: WireProtocol, error: dict[str, Any]) -> float | None:
    """Return the seconds that an error's body asks to wait, where its protocol can tell."""
    read = getattr(protocol, "wait", None)
    if read is None or not error or (found := read(error)) is None:
        return None
    return _positive(held(protocol, "wait", float(found) if type(found) is int else found, float))


def _reset(found: Mapping[str, str], now: float) -> float | None:
    """Return when a limit that is used up is new; where none is said to be, the first of them."""
    resets = {n: _seconds(v, now) for n, v in found.items() if _RESET.search(n)}
    known = {n: v for n, v in resets.items() if v is not None}
    used_up = [v for n, v in known.items() if found.get(n.replace("reset", "remaining")) == "0"]
    return max(used_up) if used_up else min(known.values(), default=None)


def _seconds(value: str, now: float) -> float | None:
    """Read `8s`, `1m30s`, `120ms`, seconds, or a time of day: since 1970, of RFC 9110 (5.6.7) or RFC 3339."""
    if value and not _SPAN.sub("", value):
        return sum(float(n) * _UNITS[unit] for n, unit in _SPAN.findall(value))
    with suppress(ValueError):
        number = float(value)
        if number > 1e12:
            number /= 1000
        return _positive(number - now if number > 1e9 else number)
    until = _date(value)
    return None if until is None else max(0.0, until - now)


def _date(value: str) -> float | None:
    for read in (email.utils.parsedate_to_datetime, datetime.fromisoformat):
        with suppress(ValueError, TypeError, OverflowError, IndexError):
            return read(value).timestamp()
    return None


def _positive(value: float) -> float | None:
    return value if math.isfinite(value) and value >= 0 else None
