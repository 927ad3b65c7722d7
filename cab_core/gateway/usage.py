"""The tokens that an endpoint reports, under whichever of the usual names and in whichever place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from cab_core.records import Usage
from cab_core.records.calls import count

# Each as it was seen: OpenAI and most; Moonshot; DeepSeek; Anthropic and what passes its words on.
_CACHED = ("cached_tokens", "prompt_cache_hit_tokens", "cache_read_input_tokens")


def grown(usage: Usage, data: Mapping[str, Any]) -> Usage:
    """Return the usage so far with what a whole answer or one event of it reports.

    Some servers report with each event how much it was by then, some with the last alone, and some send zeros
    behind it: a sum only grows.
    """
    for found in _usages(data):
        usage = Usage(**{f.name: _larger(usage, found, f.name) for f in attrs.fields(Usage)})
    return usage


def _larger(one: Usage, other: Usage, name: str) -> int | None:
    return _said(getattr(one, name), getattr(other, name))


def _usages(data: Mapping[str, Any]) -> Iterator[Usage]:
    """Yield what is reported: beside the choices, in one of them (Moonshot), or in a place of Groq's own."""
    choices = data.get("choices")
    for place in (data, data.get("x_groq"), *(choices if isinstance(choices, list) else ())):
        if isinstance(place, dict) and isinstance(usage := place.get("usage"), dict):
            yield usage_of(usage)


def usage_of(usage: Mapping[str, Any]) -> Usage:
    """Return what an object of usage says."""
    read = Usage(
        prompt=usage.get("prompt_tokens"),
        completion=_said(usage.get("completion_tokens"), usage.get("output_tokens")),
        cached=_said(
            _inner(usage, "prompt_tokens_details", "cached_tokens"),
            _inner(usage, "input_tokens_details", "cached_tokens"),
            *(usage.get(name) for name in _CACHED),
        ),
        reasoning=_said(
            _inner(usage, "completion_tokens_details", "reasoning_tokens"),
            _inner(usage, "output_tokens_details", "reasoning_tokens"),
        ),
    )
    return read if "prompt_tokens" in usage else attrs.evolve(read, prompt=_input(usage))


def _input(usage: Mapping[str, Any]) -> int | None:
    """Return `input_tokens`; Anthropic's are without those that were read from, or written to, a cache."""
    if (tokens := count(usage.get("input_tokens"))) is None:
        return None
    return tokens + sum(count(usage.get(f"cache_{what}_input_tokens")) or 0 for what in ("read", "creation"))


def _said(*values: object) -> int | None:
    """Return the number that is said, perhaps more than once, perhaps as 0 under the usual name."""
    return max((n for v in values if (n := count(v)) is not None), default=None)


def _inner(data: Mapping[str, Any], outer: str, inner: str) -> Any:
    details = data.get(outer)
    return details.get(inner) if isinstance(details, dict) else None
