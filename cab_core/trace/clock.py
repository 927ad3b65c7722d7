"""Times: UTC for people, a monotonic clock for durations."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> str:
    """Return the time now in UTC, ISO 8601 with microseconds and `Z`."""
    return iso(datetime.now(UTC))


def iso(moment: datetime) -> str:
    """Return a moment in UTC as ISO 8601 with microseconds and `Z`."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def iso_of_ns(ns: int) -> str:
    """Return nanoseconds since the epoch as ISO 8601."""
    return iso(datetime.fromtimestamp(ns / 1e9, UTC))
