"""Calls to the model, as the gateway saw them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeVar

import attrs


def count(value: object) -> int | None:
    """Return a number of tokens that somebody said, or None where it is no natural number below 2**53."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 53 else None


@attrs.frozen(kw_only=True)
class Usage:
    """Tokens of a call as the upstream reported them. None: it did not say."""

    prompt: int | None = attrs.field(default=None, converter=count)
    completion: int | None = attrs.field(default=None, converter=count)
    cached: int | None = attrs.field(default=None, converter=count)
    reasoning: int | None = attrs.field(default=None, converter=count)


@attrs.frozen(kw_only=True)
class ModelCall:
    """One model call. Times in milliseconds; `request_sha256` is of the body as the CLI sent it.

    `latency_ms` runs from the first try to the last byte without `throttle_ms`, the time spent
    waiting because the upstream asked for it. `fault` names trouble of the upstream, or None;
    `broken_off`: the CLI hung up, or the cell ended, before the answer was whole.
    """

    n: int
    started_at: str
    request_sha256: str
    model_asked: str | None
    model_served: str | None
    usage: Usage
    streamed: bool
    status: int | None
    finish_reason: str | None
    latency_ms: float
    first_token_ms: float | None
    throttle_ms: float
    tries: int
    fault: str | None = None
    error: str | None = None
    usd: float | None = None
    start_ns: int = 0
    broken_off: bool = False

    @property
    def tokens(self) -> int | None:
        """Input and output tokens together; None where either is unknown."""
        if self.usage.prompt is None or self.usage.completion is None:
            return None
        return self.usage.prompt + self.usage.completion


@attrs.frozen(kw_only=True)
class TokenTotals:
    """Tokens of a whole cell. A sum is None where a part of it is unknown.

    `without_usage` counts the calls that were answered, at least in part, without usage; `source`
    is None where the sums are.
    """

    prompt: int | None = None
    completion: int | None = None
    cached: int | None = None
    reasoning: int | None = None
    usd: float | None = None
    without_usage: int = 0
    source: Literal["gateway"] | None = None

    @property
    def total(self) -> int | None:
        """Input and output together."""
        return None if self.prompt is None or self.completion is None else self.prompt + self.completion


def totals(calls: Iterable[ModelCall]) -> TokenTotals:
    """Add up calls. One that the upstream never began to answer costs nothing; no calls, no sums."""
    answered = [c for c in calls if c.tokens is not None or (c.status is not None and c.status < 400)]
    silent = sum(c.tokens is None for c in answered)
    if not answered or silent:
        return TokenTotals(without_usage=silent)
    return TokenTotals(
        prompt=sum(c.usage.prompt or 0 for c in answered),
        completion=sum(c.usage.completion or 0 for c in answered),
        cached=_sum(c.usage.cached for c in answered),
        reasoning=_sum(c.usage.reasoning for c in answered),
        usd=_sum(c.usd for c in answered),
        source="gateway",
    )


N = TypeVar("N", int, float)


def _sum(values: Iterable[N | None]) -> N | None:
    """Add up; one that is unknown makes the sum unknown."""
    known, found = [], list(values)
    for value in found:
        if value is None:
            return None
        known.append(value)
    return sum(known[1:], known[0]) if known else None
