"""The tokens that an endpoint reports, under whichever of the usual names and in whichever place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from cab_core.records import Usage
from cab_core.records.calls import count

from .chat_form import objects

# Each as it was seen: OpenAI and most; Moonshot; DeepSeek; Anthropic and what passes its words on.
_CACHED = ("cached_tokens", "prompt_cache_hit_tokens", "cache_read_input_tokens")
_IN = ("prompt_tokens_details", "input_tokens_details")
_OUT = ("completion_tokens_details", "output_tokens_details")
_SUMS = {"prompt_tokens", "completion_tokens", "total_tokens"}  # many servers say no more

_NOTHING = Usage()


def grown(usage: Usage, found: Usage) -> Usage:
    """Return the usage so far with what a whole answer or one more event of it reports.

    Some servers report with each event how much it was by then, some with the last alone, and some send zeros
    behind it: a sum only grows.
    """
    if usage == _NOTHING:
        return found
    return Usage(
        **{f.name: largest(getattr(usage, f.name), getattr(found, f.name)) for f in attrs.fields(Usage)}
    )


def believable(usage: Usage, wrote: bool) -> Usage:
    """Return usage without zeros that cannot be: servers that do not count report them.

    No conversation has no tokens, and what was written (`wrote`) has some.
    """
    if usage.prompt == 0:
        usage = attrs.evolve(usage, prompt=None, cached=None, cache_write=None)
    return attrs.evolve(usage, completion=None, reasoning=None) if wrote and usage.completion == 0 else usage


def usage_of(usage: Mapping[str, Any]) -> Usage:
    """Return what an object of usage says, by the names of OpenAI's protocols or Anthropic's.

    What Anthropic used to compact a conversation is not within the rest: it stands in `iterations` alone.
    """
    found = _stated(usage)
    for part in objects(usage, "iterations"):
        if part.get("type") == "compaction":
            more = _stated(part)
            found = Usage(
                **{f.name: added(getattr(found, f.name), getattr(more, f.name)) for f in attrs.fields(Usage)}
            )
    return found


def _stated(usage: Mapping[str, Any]) -> Usage:
    if usage.keys() <= _SUMS:
        return Usage(prompt=usage.get("prompt_tokens"), completion=usage.get("completion_tokens"))
    read, written = (_details(usage, names) for names in (_IN, _OUT))
    found = Usage(
        prompt=usage.get("prompt_tokens"),
        completion=largest(usage.get("completion_tokens"), usage.get("output_tokens")),
        cached=largest(*_each(read, "cached_tokens"), *map(usage.get, _CACHED)),
        cache_write=largest(*_each(read, "cache_write_tokens"), usage.get("cache_creation_input_tokens")),
        cache_write_1h=largest(*_each(_details(usage, ("cache_creation",)), "ephemeral_1h_input_tokens")),
        reasoning=largest(*_each(written, "reasoning_tokens"), *_each(written, "thinking_tokens")),
        audio=added(largest(*_each(read, "audio_tokens")), largest(*_each(written, "audio_tokens"))),
    )
    return found if "prompt_tokens" in usage else attrs.evolve(found, prompt=_input(usage))


def _input(usage: Mapping[str, Any]) -> int | None:
    """Return `input_tokens`; Anthropic's are without those that were read from, or written to, a cache."""
    if (tokens := count(usage.get("input_tokens"))) is None:
        return None
    return tokens + sum(count(usage.get(f"cache_{what}_input_tokens")) or 0 for what in ("read", "creation"))


def largest(*values: object) -> int | None:
    """Return the number that is said, perhaps more than once, perhaps as 0 under the usual name."""
    most = None
    for value in values:
        if value is not None and (number := count(value)) is not None and (most is None or number > most):
            most = number
    return most


def added(*values: object) -> int | None:
    """Return the sum of the numbers that are said; None where none is."""
    known = [n for v in values if (n := count(v)) is not None]
    return sum(known) if known else None


def _details(usage: Mapping[str, Any], names: tuple[str, ...]) -> list[dict[str, Any]]:
    return [found for name in names if isinstance(found := usage.get(name), dict)]


def _each(details: list[dict[str, Any]], name: str) -> list[Any]:
    return [found.get(name) for found in details]
