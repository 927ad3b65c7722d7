"""What a cell's calls come to, taken one by one as they end. Of the calls themselves only four are kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import attrs

from .base import doc
from .calls import ModelCall, N, TokenTotals

_NAMES = 100  # of models; an endpoint may name another with each call


def totals(calls: Iterable[ModelCall]) -> TokenTotals:
    """Add up calls. One that the upstream never began to answer costs nothing; no calls, no sums."""
    return CallSums.of(calls).tokens


@attrs.define
class _Tokens:
    """Sums of the calls whose usage was said. None: of one of them that part was not, and so not of all."""

    said: int = 0
    unsaid: int = 0
    at_least: int = 0
    prompt: int = 0
    completion: int = 0
    cached: int | None = 0
    reasoning: int | None = 0
    cache_write: int | None = 0
    usd: float | None = 0.0

    def add(self, call: ModelCall) -> None:
        used, tokens = call.usage, call.tokens
        if tokens is None:
            if _costs(call):
                self.unsaid += 1
                self.at_least += call.at_least or 0
            return
        self.said += 1
        self.at_least += tokens
        self.prompt += used.prompt or 0
        self.completion += used.completion or 0
        self.cached = _plus(self.cached, used.cached)
        self.reasoning = _plus(self.reasoning, used.reasoning)
        self.cache_write = _plus(self.cache_write, used.cache_write)
        self.usd = _plus(self.usd, call.usd)

    def totals(self) -> TokenTotals:
        if self.unsaid or not self.said:
            return TokenTotals(without_usage=self.unsaid, at_least=self.at_least or None)
        return TokenTotals(
            prompt=self.prompt,
            completion=self.completion,
            cached=self.cached,
            reasoning=self.reasoning,
            cache_write=self.cache_write,
            usd=self.usd,
            source="gateway",
        )


@attrs.define
class CallSums:
    """The sums of calls, in the order in which they ended. `add` takes one more.

    `ends`: how many ended in which way; the refused ones by what was wrong, where that is known.
    `decided`: the last of which something can be said, passing over those that nothing came of. `cut`: the
    last that the cell's end broke off. `waited_ms`: what all took, throttling included. `newest`: the
    highest number, which `last` has. `in_form`: one was answered as the protocol has it. `models`: the
    first hundred names that the endpoint gave its model.
    """

    count: int = attrs.field(default=0, metadata=doc("calls that have ended"))
    ends: Counter[str] = attrs.field(factory=Counter)
    last: ModelCall | None = attrs.field(
        default=None, metadata=doc("the call with the highest number; None: there was none")
    )
    decided: ModelCall | None = None
    cut: ModelCall | None = None
    longest: ModelCall | None = attrs.field(
        default=None, metadata=doc("the call with the longest `latency_ms`; None: there was no call")
    )
    waited_ms: float = 0.0
    newest: int = 0
    in_form: bool = False
    models: set[str] = attrs.field(factory=set)
    _tokens: _Tokens = attrs.field(factory=_Tokens, metadata=doc("tokens and dollars so far"))

    @classmethod
    def of(cls, calls: Iterable[ModelCall]) -> CallSums:
        """Return the sums of calls."""
        found = cls()
        for call in calls:
            found.add(call)
        return found

    def add(self, call: ModelCall) -> None:
        """Take one more call."""
        ended = call.ended
        self.count += 1
        if call.n >= self.newest:
            self.newest, self.last = call.n, call
        self.waited_ms += call.latency_ms + call.throttle_ms
        self.ends[(ended == "refused" and call.refused) or ended] += 1
        self.in_form = self.in_form or (ended == "answered" and call.odd is None)
        if ended in ("refused", "failed") or call.began:
            self.decided = call
        if ended in ("cut", "unanswered"):
            self.cut = call
        if self.longest is None or call.latency_ms > self.longest.latency_ms:
            self.longest = call
        if call.model_served and len(self.models) < _NAMES:
            self.models.add(call.model_served)
        self._tokens.add(call)

    @property
    def answered(self) -> bool:
        """True where a model answered one."""
        return bool(self.ends["answered"])

    @property
    def usage_known(self) -> bool:
        """True where the endpoint said of one what it took."""
        return self._tokens.said > 0

    @property
    def tokens(self) -> TokenTotals:
        """What they took."""
        return self._tokens.totals()


def _costs(call: ModelCall) -> bool:
    """Return whether a call of unknown usage took tokens: an error in place of an answer took none."""
    if call.fault is not None and call.events == 0:
        return False
    return call.status is not None and call.status < 400


def _plus(one: N | None, other: N | None) -> N | None:
    return None if one is None or other is None else one + other
