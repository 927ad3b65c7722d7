"""Tokens by each of their names."""

from __future__ import annotations

import pytest

from cab_core.gateway.usage import believable, usage_of
from cab_core.records import Usage


def test_negative_and_odd_counts_are_unknown() -> None:
    """A count that is no natural number is None, never 0."""
    for odd in ({"prompt_tokens": -1, "completion_tokens": "5"}, {"input_tokens": True}):
        assert usage_of(odd) == Usage()


@pytest.mark.parametrize(
    ("usage", "read"),
    [
        ({"prompt_tokens": 9, "completion_tokens": 5}, Usage(prompt=9, completion=5)),
        (
            {"prompt_tokens": 9, "prompt_tokens_details": {"cached_tokens": 8}},
            Usage(prompt=9, cached=8),
        ),
        ({"prompt_tokens": 9, "cached_tokens": 8}, Usage(prompt=9, cached=8)),
        ({"prompt_tokens": 9, "prompt_cache_hit_tokens": 8}, Usage(prompt=9, cached=8)),
        (
            {"prompt_tokens": 9, "cache_read_input_tokens": 8, "prompt_tokens_details": {"cached_tokens": 0}},
            Usage(prompt=9, cached=8),
        ),
        ({"input_tokens": 9, "output_tokens": 5}, Usage(prompt=9, completion=5)),
        (
            {"input_tokens": 9, "input_tokens_details": {"cached_tokens": 8}},
            Usage(prompt=9, cached=8),
        ),
        (
            {"input_tokens": 1, "cache_read_input_tokens": 8, "cache_creation_input_tokens": 2},
            Usage(prompt=11, cached=8, cache_write=2),
        ),
        ({"output_tokens_details": {"reasoning_tokens": 3}}, Usage(reasoning=3)),
        (
            {
                "input_tokens": 1,
                "output_tokens": 5,
                "cache_read_input_tokens": 8,
                "iterations": [
                    {
                        "type": "compaction",
                        "input_tokens": 20,
                        "output_tokens": 3,
                        "cache_read_input_tokens": 70,
                    },
                    {"type": "message", "input_tokens": 1, "output_tokens": 5, "cache_read_input_tokens": 8},
                ],
            },
            Usage(prompt=99, completion=8, cached=78),
        ),
    ],
)
def test_usage_is_read_under_each_of_its_names(usage: dict, read: Usage) -> None:
    """As OpenAI, Moonshot, DeepSeek and Anthropic name it."""
    assert usage_of(usage) == read


@pytest.mark.parametrize(
    ("said", "wrote", "believed"),
    [
        (Usage(prompt=0, completion=0, cached=0, reasoning=0), True, Usage()),
        (Usage(prompt=0, completion=5, cached=0), True, Usage(completion=5)),
        (Usage(prompt=9, completion=0, cached=0), True, Usage(prompt=9, cached=0)),
        (Usage(prompt=9, completion=0, cached=0), False, Usage(prompt=9, completion=0, cached=0)),
        (Usage(prompt=9, completion=5, cached=0), True, Usage(prompt=9, completion=5, cached=0)),
    ],
)
def test_zeros_that_cannot_be_are_unknown(said: Usage, wrote: bool, believed: Usage) -> None:
    """Servers that do not count report them; a prompt has tokens, and so has what was written."""
    assert believable(said, wrote) == believed
