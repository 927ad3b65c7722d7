"""A model call under way, and what becomes its record."""

from __future__ import annotations

import copy
import hashlib
import time
from collections.abc import Mapping

import attrs

from cab_core.needles import SHORTEST
from cab_core.plugins.blame import held
from cab_core.plugins.wire_protocol import Asked, Operation, Reading
from cab_core.records import ModelCall, Usage
from cab_core.records.parameters import ParameterOfCall

from .answer import Answer
from .error_body import ErrorBody, error_in, told
from .fault import ANSWERED, Verdict, of_answer
from .in_vain import MOST
from .parameters import Setting
from .recorded import Recorded
from .session import CellSession
from .upstream import Outgoing
from .usage import believable


@attrs.define
class Call:
    """A call under way, and what becomes its record."""

    session: CellSession
    n: int
    operation: Operation
    query: str
    body: bytes
    asked: Asked
    headers: Mapping[str, str]
    settings: Mapping[str, Setting] = attrs.field(factory=dict)
    started: float = attrs.field(factory=time.monotonic)
    start_ns: int = attrs.field(factory=time.time_ns)
    reading: Reading = attrs.field(init=False)
    received: int = 0  # bytes of the answer
    tries: int = 0
    sent_before: int = 0  # in vain, by earlier calls that asked the same
    withdrawn: int = 0  # of the tries those after which something was left out that had been refused
    status: int | None = None
    first_byte: float | None = None
    first_token: float | None = None
    last_byte: float | None = None
    throttled: float = 0.0
    waits: list[tuple[float, float]] = attrs.field(factory=list)
    hold: tuple[str, float] | None = None  # why it is held back at this moment, and since when
    verdict: Verdict = ANSWERED
    error: str | None = None
    streamed: bool = False
    odd: str | None = None
    forwarding: bool = False  # something of the answer has gone to the CLI
    broken_off: bool = False
    hung_up: bool = False
    recorded: bool = False
    queued: float = 0.0  # seconds before it was begun
    _recorded: Recorded | None = attrs.field(init=False, default=None)

    def __attrs_post_init__(self) -> None:
        protocol = self.session.protocol
        if self.session.wire is not None:
            self._recorded = Recorded(self.session.wire, self)
        self.reading = held(protocol, "reading", protocol.reading(), Reading)

    def outgoing(self, headers: Mapping[str, str], body: bytes) -> Outgoing:
        """Return what goes to the endpoint."""
        return Outgoing(
            protocol=self.session.protocol,
            operation=self.operation,
            query=self.query,
            headers=headers,
            body=body,
            asked=self.body,
        )

    @property
    def failed_with(self) -> str | None:
        """What a person should know of an error that stood in the answer; None: there was none."""
        return (
            None
            if self.reading.failed is None
            else told(error_in(self.reading.failed) or self.reading.failed)
        )

    def came(self, size: int) -> None:
        """Note that bytes of the answer came."""
        self.last_byte = time.monotonic()
        self.first_byte = self.first_byte or self.last_byte
        self.received += size

    async def noted(self, answer: Answer) -> Answer:
        """Return an answer that goes into the wire record while its body is read."""
        return answer if self._recorded is None else await self._recorded.noted(answer)

    async def over(self) -> None:
        """Write what there is of the call into the wire record: nobody waits for it any more."""
        if self._recorded is not None:
            await self._recorded.ended()

    @property
    def troubled(self) -> int:
        """The tries that count towards how often a call is sent."""
        return self.tries - self.withdrawn

    @property
    def may_try_again(self) -> bool:
        """Whether it may be sent once more, where its endpoint fails."""
        most = min(self.session.upstream.tries, MOST - self.sent_before)
        return self.troubled < most

    def held(self, why: str) -> None:
        """Note that the call is held back from now on, for whoever looks."""
        self.hold = why, time.monotonic()

    def waited(self, seconds: float) -> None:
        """Note that the call was held back until now, because the upstream asked for it."""
        self.hold = None
        if seconds > 0:
            end = (time.monotonic() - self.started) * 1000
            self.waits.append((max(0.0, end - seconds * 1000), end))
            self.throttled += seconds

    def wrote(self) -> None:
        """Note that the model wrote something."""
        self.first_token = self.first_token or self.last_byte

    @property
    def suspect(self) -> bool:
        """True where a refusal without a reason is about what was sent: see `fault.of_error`."""
        return not self.asked.sound or self.session.answered

    def read(self) -> None:
        """Judge an answer that has been read to its end."""
        found = self.reading
        body = None if found.failed is None else ErrorBody.of(found.failed)
        self.verdict = of_answer(
            found.answered,
            found.finish_reason,
            body,
            self.suspect,
            self.asked.sound,
            None if found.events else found.usage,
        )
        if found.finish_reason is not None and self.verdict.fault and found.failed is None:
            self.error = f"finish_reason {found.finish_reason!r}"
        if self.verdict == ANSWERED and found.finish_reason is None:
            self.odd = self.odd or "it has no finish_reason"

    def apart(self) -> Call:
        """Return a call like this one, of whose answer nothing has been read: to be read in a thread."""
        found = copy.copy(self)
        found.reading = held(self.session.protocol, "reading", self.session.protocol.reading(), Reading)
        return found

    def take_over(self, other: Call) -> None:
        """Take what was read apart."""
        self.reading, self.verdict, self.error = other.reading, other.verdict, other.error
        self.odd, self.first_token = other.odd, other.first_token

    def break_off(self) -> None:
        """Note that nobody waits for the answer any more, and who that was."""
        self.broken_off, self.hung_up = True, self.session.running
        if self.reading.failed is not None:
            self.read()  # it may be why the CLI hung up
        who = "the CLI hung up" if self.hung_up else "the cell ended"
        self.error = self.error or self.failed_with or f"{who} before the answer was whole"

    def finish(self) -> None:
        """Record the call, once: before the CLI has its last byte, so that limits see it in time."""
        if not self.recorded:
            self.recorded = True
            self.session.watch.answered(self.n, self.reading.said, self._whole)
            record = self.record()
            self.session.watch.ended(self.n, record.usage.prompt)
            if record.ended == "answered":
                self.session.client.answered(self.headers)
            self.session.ended(record, len(self.body) + self.received)

    @property
    def _whole(self) -> bool:
        """Whether the model's answer came to its end."""
        came = self.status is not None and self.status < 400 and not self.broken_off
        return came and (self.reading.whole or not self.streamed) and self.verdict == ANSWERED

    def record(self) -> ModelCall:
        """Return the record of the call as it stands now."""
        from cab_core.trace.clock import iso_of_ns

        now = time.monotonic()
        usage, at_least = self._tokens()
        return ModelCall(
            n=self.n,
            started_at=iso_of_ns(self.start_ns),
            start_ns=self.start_ns,
            request_sha256=hashlib.sha256(self.body).hexdigest(),
            model_asked=self._short(self.asked.model),
            model_served=self._short(self.reading.model),
            usage=usage,
            at_least=at_least,
            streamed=self.streamed,
            status=self.status,
            finish_reason=self._short(self.reading.finish_reason),
            latency_ms=(now - self.started - self.throttled) * 1000,
            first_byte_ms=self._since_start(self.first_byte),
            first_token_ms=self._since_start(self.first_token),
            quiet_ms=(now - (self.last_byte or self.started)) * 1000,
            throttle_ms=self.throttled * 1000,
            queued_ms=self.queued * 1000,
            tries=self.tries,
            fault=self.verdict.fault,
            refused=self.verdict.refused,
            error=self._short(self.error or self.failed_with, 500),
            broken_off=self.broken_off,
            hung_up=self.hung_up,
            received=self.received,
            events=self.reading.events if self.streamed else None,
            odd=self.odd,
            waits=tuple(self.waits),
            params={name: self._parameter(setting) for name, setting in self.settings.items()},
        )

    def _parameter(self, setting: Setting) -> ParameterOfCall:
        found = setting.record()
        return attrs.evolve(found, said=self._short(found.said))

    @property
    def took(self) -> int:
        """The tokens that it took by now, as far as is known, or at the least."""
        usage, at_least = self._tokens()
        return usage.total or at_least or 0

    def _tokens(self) -> tuple[Usage, int | None]:
        """Return the usage, unknown where the answer did not end; and then what it was at the least.

        Some servers report with each event how much it was so far. Where they do not, an event in which the
        model wrote something is a token at the least.
        """
        said = self.reading.usage
        usage = believable(said, self.reading.events > 0) if self.reading.whole else Usage()
        if usage.prompt is not None and usage.completion is not None:
            return usage, None
        return usage, (said.prompt or 0) + max(said.completion or 0, self.reading.events) or None

    def _since_start(self, moment: float | None) -> float | None:
        return None if moment is None else (moment - self.started - self.throttled) * 1000

    def _short(self, text: object, limit: int = 200) -> str | None:
        """What somebody else wrote, without the key, and no longer than a record needs."""
        if not isinstance(text, str):
            return None
        if len(text) < SHORTEST:
            return text
        clean = self.session.upstream.redact(text.encode("utf-8", "replace")).decode("utf-8", "replace")
        return clean[:limit]
