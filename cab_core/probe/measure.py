"""Speeds, from the times of calls as the gateway took them down."""

from __future__ import annotations

from cab_core.records import ModelCall

_FEWEST = 8  # tokens from which a speed is told
_SHORTEST_MS = 20.0  # between the first token and the last; below, the answer came in one piece


def written(call: ModelCall) -> int | None:
    """Return the tokens of an answer: as reported, else its events, of which each is one at the least."""
    return call.usage.completion if call.usage.completion is not None else call.events


def writing_speed(call: ModelCall) -> float | None:
    """Return the tokens a second between an answer's first token and its last."""
    tokens = written(call)
    if tokens is None or call.first_token_ms is None or tokens < _FEWEST:
        return None
    took = call.latency_ms - call.first_token_ms
    return (tokens - 1) / took * 1000 if took >= _SHORTEST_MS else None


def overall_speed(call: ModelCall) -> float | None:
    """Return the tokens a second over a whole call, a lower bound of how fast it was written."""
    tokens = written(call)
    return tokens / call.latency_ms * 1000 if tokens and call.latency_ms > 0 else None


def reading_speed(short: ModelCall, long: ModelCall) -> float | None:
    """Return the tokens a second at which a question is read, by two that differ in length alone.

    None where a usage or a time is unknown, or where the longer question made no difference.
    """
    if short.first_token_ms is None or long.first_token_ms is None:
        return None
    if (few := _read(short)) is None or (many := _read(long)) is None:
        return None
    took = long.first_token_ms - short.first_token_ms
    differs = many > few and took >= max(_SHORTEST_MS, 0.2 * short.first_token_ms)
    return (many - few) / took * 1000 if differs else None


def _read(call: ModelCall) -> int | None:
    """Return the tokens that were read, and not had from a cache: what opens every question is in one."""
    return None if call.usage.prompt is None else call.usage.prompt - (call.usage.cached or 0)
