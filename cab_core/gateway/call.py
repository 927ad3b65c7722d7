"""A model call under way, and what becomes its record."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping

import attrs

from cab_core.records import ModelCall

from .session import CellSession
from .wire import Asked, Reading


@attrs.define
class Call:
    """A call under way, and what becomes its record."""

    session: CellSession
    n: int
    path: str
    body: bytes
    asked: Asked
    headers: Mapping[str, str]
    started: float = attrs.field(factory=time.monotonic)
    start_ns: int = attrs.field(factory=time.time_ns)
    reading: Reading = attrs.field(factory=Reading)
    received: int = 0  # bytes of the answer
    tries: int = 0
    status: int | None = None
    first_byte: float | None = None
    throttled: float = 0.0
    fault: str | None = None
    error: str | None = None
    streamed: bool = False
    broken_off: bool = False
    recorded: bool = False

    def finish(self) -> None:
        """Record the call, once: before the CLI has its last byte, so that limits see it in time."""
        if not self.recorded:
            self.recorded = True
            self.session.watch.answered(self.n, self.reading.said, self._whole)
            self.session.ended(self.record(), len(self.body) + self.received)

    @property
    def _whole(self) -> bool:
        """Whether the model's answer came to its end."""
        came = self.status is not None and self.status < 400 and not self.broken_off
        ended = not self.streamed or self.reading.done or self.reading.finish_reason is not None
        return came and ended and self.fault is None

    def record(self) -> ModelCall:
        """Return the record of the call as it stands now."""
        from cab_core.trace.clock import iso_of_ns

        elapsed = time.monotonic() - self.started
        return ModelCall(
            n=self.n,
            started_at=iso_of_ns(self.start_ns),
            start_ns=self.start_ns,
            request_sha256=hashlib.sha256(self.body).hexdigest(),
            model_asked=self._short(self.asked.model),
            model_served=self._short(self.reading.model),
            usage=self.reading.usage,
            streamed=self.streamed,
            status=self.status,
            finish_reason=self._short(self.reading.finish_reason),
            latency_ms=(elapsed - self.throttled) * 1000,
            first_token_ms=None
            if self.first_byte is None
            else (self.first_byte - self.started - self.throttled) * 1000,
            throttle_ms=self.throttled * 1000,
            tries=self.tries,
            fault=self.fault,
            error=self._short(self.error or self.reading.error, 500),
            broken_off=self.broken_off,
        )

    def _short(self, text: object, limit: int = 200) -> str | None:
        """What somebody else wrote, without the key, and no longer than a record needs."""
        if not isinstance(text, str):
            return None
        clean = self.session.upstream.redact(text.encode("utf-8", "replace")).decode("utf-8", "replace")
        return clean[:limit]
