"""Calls to the model, as the gateway saw them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeVar

import attrs

from .base import doc
from .parameters import ParameterOfCall


def count(value: object) -> int | None:
    """Return a number of tokens that somebody said, or None where it is no natural number below 2**53."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 53 else None


@attrs.frozen(kw_only=True)
class Usage:
    """Tokens of a call as the upstream reported them. None: it did not say.

    `cached` and `cache_write`, read from a cache and written to one, are parts of `prompt`; `reasoning` is
    one of `completion`; `audio` of both. `cache_write_1h`: of `cache_write` those that are kept for an hour.
    """

    prompt: int | None = attrs.field(
        default=None,
        converter=count,
        metadata=doc("input tokens, those of a cache included; null: the endpoint did not say"),
    )
    completion: int | None = attrs.field(
        default=None,
        converter=count,
        metadata=doc("output tokens, reasoning included; null: the endpoint did not say"),
    )
    cached: int | None = attrs.field(
        default=None,
        converter=count,
        metadata=doc("of `prompt`, tokens read from a cache; null: the endpoint did not say"),
    )
    reasoning: int | None = attrs.field(
        default=None,
        converter=count,
        metadata=doc("of `completion`, tokens of reasoning; null: the endpoint did not say"),
    )
    cache_write: int | None = attrs.field(
        default=None,
        converter=count,
        metadata=doc("of `prompt`, tokens written to a cache; null: the endpoint did not say"),
    )
    audio: int | None = attrs.field(
        default=None,
        converter=count,
        metadata=doc("tokens of sound, of `prompt` and `completion`; null: the endpoint did not say"),
    )
    cache_write_1h: int | None = attrs.field(
        default=None,
        converter=count,
        metadata=doc("of `cache_write`, tokens kept for an hour; null: the endpoint did not say"),
    )

    @property
    def total(self) -> int | None:
        """Input and output together; None where either is unknown."""
        return None if self.prompt is None or self.completion is None else self.prompt + self.completion


Refusal = Literal["context", "policy", "request"]  # what was wrong with what the agent sent
Ended = Literal["answered", "refused", "failed", "hung_up", "cut", "unanswered"]


@attrs.frozen(kw_only=True)
class ModelCall:
    """One model call. Times in milliseconds; `request_sha256` is of the body as the CLI sent it.

    `latency_ms` runs from the first try to the last byte without `throttle_ms`, the time spent
    waiting because the upstream asked for it. `first_byte_ms` is when anything came, keep-alives too,
    `first_token_ms` when the first of what the model wrote did, `quiet_ms` how long nothing had come
    when the call ended. `fault` names trouble of the upstream, or of the way to it, and `refused` what
    the upstream did not like in what it was sent: see `ended`. `broken_off`: the CLI hung up
    (`hung_up`), or the cell ended, before the answer was whole. `events`: those of a stream in which the
    model wrote something. `at_least`: tokens that the call took at the least, where `usage` is unknown.
    `waits`: (start, end) of what `throttle_ms` adds up, in milliseconds from the call's start.
    `queued_ms`: how long the CLI waited before the call was begun, since as many were under way as may be at
    once; where tokens or dollars are limited that is one. It is in no other time.
    `tries`: how often it was sent. 0: not once, for the endpoint had failed often enough to answer the same.
    `params`: how each parameter of the sweep went to the endpoint, by its name.
    `odd`: what in the form of the answer is not as the protocol has it; a CLI need not understand that.
    None: unknown, or not recorded by the cab that made the call.
    """

    n: int = attrs.field(
        metadata=doc("number of the call in its cell, from 1, in the order in which calls began")
    )
    started_at: str = attrs.field(metadata=doc("when it began, UTC, ISO 8601"))
    request_sha256: str = attrs.field(metadata=doc("sha256 of the request's body as the CLI sent it"))
    model_asked: str | None = attrs.field(
        metadata=doc("the model that the CLI's request names; null: it names none")
    )
    model_served: str | None = attrs.field(
        metadata=doc("the model that the answer names; null: it names none, or there was none")
    )
    usage: Usage = attrs.field(metadata=doc("tokens as the endpoint reported them"))
    streamed: bool = attrs.field(metadata=doc("the answer came as a stream of events"))
    status: int | None = attrs.field(
        metadata=doc("HTTP status of the endpoint's last answer; null: none came")
    )
    finish_reason: str | None = attrs.field(
        metadata=doc("why the model stopped, in the protocol's own words; null: the answer does not say")
    )
    latency_ms: float = attrs.field(
        metadata=doc("milliseconds from the first try to the last byte, without `throttle_ms`")
    )
    first_token_ms: float | None = attrs.field(
        metadata=doc(
            "milliseconds from the call's start to the first of what the model wrote; null: it wrote nothing"
        )
    )
    throttle_ms: float = attrs.field(
        metadata=doc("milliseconds spent waiting because the endpoint asked for it")
    )
    tries: int
    fault: str | None = attrs.field(
        default=None,
        metadata=doc("trouble of the endpoint, or of the way to it, in a word; null: there was none"),
    )
    error: str | None = attrs.field(
        default=None, metadata=doc("what went wrong, in a sentence; null: nothing did")
    )
    usd: float | None = attrs.field(
        default=None, metadata=doc("cost in US dollars; null: the price or the tokens are not known")
    )
    start_ns: int = attrs.field(
        default=0, metadata=doc("when it began, nanoseconds since the epoch; 0: not recorded")
    )
    broken_off: bool = attrs.field(
        default=False, metadata=doc("the CLI hung up, or the cell ended, before the answer was whole")
    )
    refused: Refusal | None = attrs.field(
        default=None,
        metadata=doc(
            "what was wrong with what the agent sent: its context, the endpoint's policy, or the "
            "request; null: it was not refused for that"
        ),
    )
    hung_up: bool = attrs.field(default=False, metadata=doc("the CLI hung up before the answer was whole"))
    first_byte_ms: float | None = attrs.field(
        default=None,
        metadata=doc(
            "milliseconds from the call's start to the first byte of the answer, keep-alives too;"
            " null: none came"
        ),
    )
    quiet_ms: float | None = attrs.field(
        default=None, metadata=doc("milliseconds without a byte when the call ended; null: not recorded")
    )
    received: int | None = attrs.field(
        default=None, metadata=doc("bytes of the answer's body; null: not recorded")
    )
    events: int | None = attrs.field(
        default=None,
        metadata=doc("events of the stream in which the model wrote something; null: it was no stream"),
    )
    at_least: int | None = None
    odd: str | None = None
    waits: tuple[tuple[float, float], ...] | None = None
    queued_ms: float | None = None
    params: dict[str, ParameterOfCall] = attrs.field(factory=dict)

    @property
    def tokens(self) -> int | None:
        """Input and output tokens together; None where either is unknown."""
        return self.usage.total

    @property
    def began(self) -> bool:
        """True where a model wrote something, if only the beginning of an answer."""
        if self.first_token_ms is not None:
            return True
        return self.ended == "answered"

    @property
    def ended(self) -> Ended:
        """How the call ended.

        `answered` by a model; `refused` for what was sent; `failed`: no model answered, or not to the end,
        and it is not the CLI's doing; `hung_up`: by the CLI; `cut`: the cell ended while the answer came;
        `unanswered`: it ended before anything of an answer had come.
        """
        if self.fault is not None:
            return "failed"
        if self.hung_up:
            return "hung_up"
        if self.broken_off:
            return "unanswered" if self.first_token_ms is None else "cut"
        # An earlier cab told a refusal by its status alone.
        return "refused" if self.refused is not None or (self.status or 0) >= 400 else "answered"


@attrs.frozen(kw_only=True, weakref_slot=False)
class TokenTotals:
    """Tokens of a whole cell. A sum is None where a part of it is unknown.

    `without_usage` counts the calls that were answered, at least in part, without usage; `source`
    is None where the sums are. `at_least`: input and output that there were at the least, where the sums
    are unknown.
    """

    prompt: int | None = attrs.field(
        default=None, metadata=doc("input tokens, those of a cache included; null: not known of every call")
    )
    completion: int | None = attrs.field(
        default=None, metadata=doc("output tokens, reasoning included; null: not known of every call")
    )
    cached: int | None = attrs.field(
        default=None, metadata=doc("of `prompt`, tokens read from a cache; null: not known of every call")
    )
    reasoning: int | None = attrs.field(
        default=None, metadata=doc("of `completion`, tokens of reasoning; null: not known of every call")
    )
    cache_write: int | None = attrs.field(
        default=None, metadata=doc("of `prompt`, tokens written to a cache; null: not known of every call")
    )
    usd: float | None = attrs.field(
        default=None,
        metadata=doc("cost in US dollars; null: the price, or the tokens of a call, are not known"),
    )
    without_usage: int = attrs.field(
        default=0, metadata=doc("calls that were answered, at least in part, without usage")
    )
    source: Literal["gateway"] | None = attrs.field(
        default=None, metadata=doc("who counted; null: the sums are not known")
    )
    at_least: int | None = attrs.field(
        default=None,
        metadata=doc(
            "input and output tokens that there were at the least, where the sums are unknown; "
            "null: the sums are known, or nothing is"
        ),
    )

    @property
    def total(self) -> int | None:
        """Input and output together; None where either is unknown."""
        return None if self.prompt is None or self.completion is None else self.prompt + self.completion

    @property
    def unanswered(self) -> bool:
        """True where no call was answered: then there are no sums, but nothing was taken either."""
        return self.source is None and not self.without_usage and self.at_least is None


N = TypeVar("N", int, float)


def sum_of(values: Iterable[N | None]) -> N | None:
    """Add up; one that is unknown makes the sum unknown, and of none there is no sum."""
    known, found = [], list(values)
    for value in found:
        if value is None:
            return None
        known.append(value)
    return sum(known[1:], known[0]) if known else None
