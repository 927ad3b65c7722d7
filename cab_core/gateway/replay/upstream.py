"""A record as an upstream: it answers what was asked before, byte for byte, as fast as the CLI takes it."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from multidict import CIMultiDict

from cab_core.plugins.wire_protocol import WireProtocol
from cab_core.redaction import Redactor, replaced
from cab_core.wire.pieces import Pieces
from cab_core.wire.reader import Answered, WireCall

from ..answer import Answer
from ..unkeyed import Unkeyed, json_answer
from ..upstream import HOP, Outgoing
from .cassette import Cassette, Unrecorded
from .renaming import Renaming

_STATUSES = range(200, 1000)  # of an answer: below are those of a connection
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")  # RFC 9110, 5.6.2
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_NOT_SENT = HOP | {"content-length", "content-encoding"}  # a body stands in a record unpacked


class ReplayUpstream(Unkeyed):
    """Answers the calls of one cell out of a record.

    `shown`: takes out of a request what the record has marks for; `places`: what such marks in an answer
    stand for now, such as the work dir. `unrecorded` is told of a request that is not on record.
    """

    name = "replay"

    def __init__(
        self,
        cassette: Cassette,
        shown: Redactor,
        places: Mapping[str, str],
        unrecorded: Callable[[str], None],
        real_time: bool = False,
    ) -> None:
        super().__init__()
        self._cassette, self._shown, self._unrecorded = cassette, shown, unrecorded
        self._places = {mark.encode(): json.dumps(place)[1:-1].encode() for mark, place in places.items()}
        self._real_time = real_time

    @asynccontextmanager
    async def ask(self, out: Outgoing) -> AsyncIterator[Answer]:
        """Answer a call."""
        started = time.monotonic()
        if out.operation.kind == "count":
            asked, guess = self._shown.data(out.asked), out.protocol.counted(-(-len(out.asked) // 4))
            yield self._cassette.counts.answer(out.operation.path, asked, guess)
            return
        try:
            call = await asyncio.to_thread(self._find, out.asked)
        except Unrecorded as exc:
            self._unrecorded(str(exc))
            yield json_answer(400, out.protocol.error(400, f"cab: {exc}", "cab_replay"))
            return
        if not call.answers:
            raise ConnectionResetError("there is no answer on record")
        answer = call.answers[-1]
        if answer.status not in _STATUSES:
            raise ConnectionResetError(f"the answer on record has status {answer.status}")
        headers = CIMultiDict((k, v) for k, v in answer.headers if _can_be_sent(k, v))
        body = await asyncio.to_thread(self._now, answer.body, out.protocol)
        yield Answer(answer.status, headers, self._pieces(call, answer, body, started))

    def _find(self, body: bytes) -> WireCall:
        return self._cassette.take(self._shown.data(body))

    def _now(self, body: bytes, protocol: WireProtocol) -> bytes:
        """Return an answer with the places and the ids of this run."""
        for mark, place in self._places.items():
            body = body.replace(mark, place)
        renaming = Renaming(self._cassette.names)
        return replaced(body, Pieces(renaming, protocol.written, protocol.noise).spans(body))

    async def _pieces(
        self, call: WireCall, answer: Answered, body: bytes, started: float
    ) -> AsyncIterator[bytes]:
        for ms, piece in _pieces(body, answer.pieces):
            if self._real_time:
                await asyncio.sleep(max(0.0, ms / 1000 - (time.monotonic() - started)))
            yield piece
        if call.end_ms is None:
            raise ConnectionResetError("the record ends before the answer does")


def _can_be_sent(name: str, value: str) -> bool:
    """Return whether a header means what it says to the CLI; a record may be a stranger's."""
    return bool(_TOKEN.fullmatch(name)) and name.lower() not in _NOT_SENT and not _CONTROL.search(value)


def _pieces(body: bytes, pieces: tuple[tuple[int, int], ...]) -> list[tuple[int, bytes]]:
    """Cut a body as it came; where it is longer or shorter now, for it stands unpacked, in proportion."""
    if (sent := sum(size for _, size in pieces)) == 0:
        return [(0, body)] if body else []
    cuts, at = [], 0
    for ms, size in pieces:
        at += size
        cuts.append((ms, at * len(body) // sent))
    begins = [0, *(cut for _, cut in cuts)]
    return [(ms, body[a:b]) for (ms, b), a in zip(cuts, begins, strict=False) if b > a]
