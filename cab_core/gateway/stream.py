"""Reading an event stream while it passes: event by event, or many at once where they are alike."""

from __future__ import annotations

from collections.abc import Callable

from .call import Call
from .events import EventSplitter, begins_a_stream, event_data, read_event
from .fault import Dropped, Empty
from .json_body import parse_objects
from .repeats import Repeats

_LEARNT_FROM = 8  # an event in which the model wrote; in a shorter answer there is nothing to gain
_BLOCK = 1 << 14  # bytes of events that are looked at together


class StreamReader:
    """Reads a stream. `hide`: what is there only because we asked for it is kept back."""

    def __init__(self, call: Call, hide: bool, holds_key: Callable[[bytes], bool] = lambda _: False) -> None:
        self._call, self._reading, self._hide, self._holds_key = call, call.reading, hide, holds_key
        self._protocol = call.session.protocol
        self._splitter, self._looked_at = EventSplitter(), list[bytes]()
        self._repeats = Repeats(self._protocol.written, self._protocol.noise)

    def feed(self, data: bytes) -> bytes:
        """Return what goes on to the CLI: whole events, as they came."""
        self._splitter.push(data)
        out: list[bytes] = []
        while (self._repeats.known and self._several(out)) or self._one(out):
            pass
        self._look()
        return b"".join(out)

    def _look(self) -> None:
        """Look for the key in what was taken, all at once; of events that are alike in their texts alone."""
        if self._looked_at:
            self._call.session.key_echoed |= self._holds_key(b"".join(self._looked_at))
            self._looked_at.clear()

    def _several(self, out: list[bytes]) -> bool:
        """Take the next events at once if they are alike, else each; return whether there were any."""
        block = self._splitter.block(self._repeats.end, _BLOCK)
        if self._are_alike(block):
            self._splitter.drop(len(block))
            out.append(block)
        else:
            left = len(block)
            while left > 0 and (event := self._one(out)):
                left -= len(event)
        return bool(block)

    def _one(self, out: list[bytes]) -> bytes | None:
        event = self._splitter.event()
        if event is not None and (self._are_alike(event) or self._take(event)):
            out.append(event)
        return event

    def _are_alike(self, events: bytes) -> bool:
        text = self._repeats.take(events, self._reading) if events and self._repeats.known else None
        if text is None:
            return False
        self._looked_at.append(text)
        return True

    def _take(self, event: bytes) -> bool:
        self._looked_at.append(event)
        end = self._protocol.end_mark
        if end is not None and end in event and event_data(event) == end:
            self._reading.done = True
            return True
        parsed, odd = read_event(event, self._protocol.named)
        self._call.odd = self._call.odd or odd
        said = self._reading.said
        before = said.text.size, said.reasoning.size
        if self._reading.take(parsed):
            self._call.wrote()
            if self._reading.events >= _LEARNT_FROM:
                self._repeats.learn(event, before, self._reading)
        return not (self._hide and self._protocol.is_ours(parsed))

    def end(self) -> bytes:
        """Return what is left.

        Raises:
            Dropped: the stream has no end.
            Empty: there was nothing in it.
        """
        rest = self._splitter.flush()
        if rest.strip() and not begins_a_stream(rest):
            self._take_whole(rest)
        elif rest:
            self._take(rest)
            self._look()
        if not self._reading.whole and self._reading.failed is None:
            raise Dropped if self._reading.events else Empty
        return rest

    def _take_whole(self, body: bytes) -> None:
        """Take what is no event: some send an answer, or an error, as one body in place of a stream."""
        for answer in parse_objects(body):
            self._reading.take(answer)
            self._call.odd = "it is one body, where a stream was asked for"
