"""How long an endpoint asks to wait, in whichever header it says so."""

from __future__ import annotations

import email.utils
import math
import re
import time
from collections.abc import Mapping
from contextlib import suppress

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_SPAN = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhd])")
_LIMITS = ("requests", "tokens")  # OpenAI's: x-ratelimit-remaining-requests, x-ratelimit-reset-requests ...


def asked_wait(status: int, headers: Mapping[str, str]) -> float | None:
    """Return the seconds that an answer asks to wait; None where it does not say, or says what is no time.

    When a limit is new is said with every answer; it is a wish to wait where the limit was the reason.
    """
    found = {k.lower(): v.strip() for k, v in headers.items()}
    with suppress(ValueError):
        return _positive(float(found.get("retry-after-ms", "")) / 1000)
    if "retry-after" in found:
        return _retry_after(found["retry-after"], found.get("date", ""))
    return _reset(found) if status == 429 else None


def _retry_after(value: str, now: str) -> float | None:
    """Seconds, or a date (RFC 9110, 10.2.3), which is held against the endpoint's own clock."""
    with suppress(ValueError):
        return _positive(float(value))
    until, since = _date(value), _date(now)
    return None if until is None else max(0.0, until - (time.time() if since is None else since))


def _date(value: str) -> float | None:
    with suppress(ValueError, TypeError, OverflowError, IndexError):
        return email.utils.parsedate_to_datetime(value).timestamp()
    return None


def _reset(found: Mapping[str, str]) -> float | None:
    """Return when a limit that is used up is new; where none is said to be, the first of them."""
    resets = {n: _span(found.get(f"x-ratelimit-reset-{n}", "")) for n in _LIMITS}
    used_up = [
        v for n, v in resets.items() if v is not None and found.get(f"x-ratelimit-remaining-{n}") == "0"
    ]
    known = [v for v in (*resets.values(), _span(found.get("x-ratelimit-reset", ""))) if v is not None]
    return max(used_up) if used_up else min(known, default=None)


def _span(value: str) -> float | None:
    """Read `8s`, `1m30s`, `120ms`, seconds, or the time of day in seconds or milliseconds since 1970."""
    if value and not _SPAN.sub("", value):
        return sum(float(n) * _UNITS[unit] for n, unit in _SPAN.findall(value))
    with suppress(ValueError):
        number = float(value)
        if number > 1e12:
            number /= 1000
        return _positive(number - time.time() if number > 1e9 else number)
    return None


def _positive(value: float) -> float | None:
    return value if math.isfinite(value) and value >= 0 else None
