"""A wire protocol without an endpoint: what it says itself must be read back by itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import attrs

from cab_core.gateway.events import EventSplitter, event_data, event_object
from cab_core.gateway.json_body import parse_object
from cab_core.gateway.parameters import Parameters, sent, settable
from cab_core.gateway.waits import wait_in_body
from cab_core.plugins.authors import defined_at
from cab_core.plugins.blame import HandedOver, held
from cab_core.plugins.protocols import Reply
from cab_core.plugins.wire_protocol import Asked, Operation, Reading, WireProtocol
from cab_core.records import Usage

from .look import Look

_REPLY = Reply(text="probe", tool=("probe_tool", {"path": "probe"}))
_USED = Usage(prompt=11, completion=7)
_ODD = (b"", b"{", b"[]", b'{"model":1,"model":2}', json.dumps({"messages": "probe", "tools": 1}).encode())


def faults(look: Look) -> Iterator[str]:
    """Yield what is wrong with a protocol."""
    made, blame = look.made, look.plugins.blame("protocol", look.row.name)
    probe = _Probe(made)
    for ask in (probe.shape, probe.requests, probe.parameters, probe.refusals, probe.whole, probe.stream):
        try:
            ask()
        except Exception as exc:  # noqa: BLE001  whatever a plugin raises
            at = defined_at(type(made))
            yield str(blame.of(exc) or f"plugin {blame.owner}: {blame.word}: {exc!r} (at {at})")


@attrs.frozen
class _Probe:
    protocol: WireProtocol

    def _wrong(self, method: str, what: str) -> HandedOver:
        return HandedOver(f"{method}() {what}", defined_at(getattr(type(self.protocol), method)))

    def _call(self) -> Operation:
        found = [self.protocol.operation(m, p, "") for m, p in self.protocol.spoken]
        if not found or None in found:
            raise self._wrong("operation", "does not know each path that `spoken` names")
        calls = [o for o in found if held(self.protocol, "operation", o, Operation).kind == "call"]
        if not calls:
            raise self._wrong("operation", "knows no call among what `spoken` names")
        return held(self.protocol, "operation", calls[0], Operation)

    def _request(self) -> dict[str, Any]:
        """Return a streaming request, with what the protocol adds so that usage is reported."""
        body = json.dumps({"model": "probe", "stream": True}).encode()
        asked = held(self.protocol, "read", self.protocol.read(self._call(), body), Asked)
        return parse_object(asked.extended or body)

    def shape(self) -> None:
        """What it says of itself is of the right kind."""
        wanted: dict[str, Any] = {"base": str, "provider": str, "end_mark": (bytes, type(None))}
        wanted["named"] = bool
        for name, tp in wanted.items():
            if not isinstance(value := getattr(self.protocol, name), tp):
                at = defined_at(type(self.protocol))
                raise HandedOver(f"has a `{name}` that is {type(value).__name__}", at)
        self._call()
        if self.protocol.operation("GET", "/cab/no/such/path", "") is not None:
            raise self._wrong("operation", "knows a path that there is not: it must return None")

    def requests(self) -> None:
        """Whatever an agent sends is read."""
        for body in _ODD:
            asked = held(self.protocol, "read", self.protocol.read(self._call(), body), Asked)
            chat = held(self.protocol, "as_chat", self.protocol.as_chat(asked.request), dict)
            json.dumps(chat.get("tools"))

    def parameters(self) -> None:
        """What the gateway sets in a request leaves it one."""
        places = settable(self.protocol)
        found = Parameters(self.protocol, dict.fromkeys(places, 1))
        body = sent(json.dumps({"model": "probe"}).encode(), found.of({"model": "probe"}))
        asked = held(self.protocol, "read", self.protocol.read(self._call(), body), Asked)
        lost = sorted(name for name, s in found.of(asked.request).items() if s.how != "cli")
        if lost:
            raise self._wrong("read", f"does not read what `parameters` names: {', '.join(lost)}")

    def refusals(self) -> None:
        """A refusal is read as an error, and as no answer; the rest of what is told can be written."""
        said = held(self.protocol, "error", self.protocol.error(429, "probe", "cab_limit"), dict)
        if (found := self._read([said])).failed is None or found.answered:
            raise self._wrong("error", "told an error that its own reading does not take for one")
        wait_in_body(self.protocol, said)
        key = held(self.protocol, "credential", self.protocol.credential("probe-key"), dict)
        if not any("probe-key" in str(value) for value in key.values()):
            raise self._wrong("credential", "returned headers without the key in them")
        told = self.protocol.listing("probe"), self.protocol.entry("probe"), self.protocol.counted(1)
        json.dumps(told)

    def whole(self) -> None:
        """A whole answer."""
        said = self.protocol.whole("probe", {}, _REPLY, _USED)
        self._hold("whole", self._read([held(self.protocol, "whole", said, dict)]))

    def stream(self) -> None:
        """A stream, to its end."""
        request, splitter = self._request(), EventSplitter()
        pieces: list[Any] = [*self.protocol.opening("probe", request)]
        pieces += [self.protocol.piece("probe", _REPLY.text)]
        pieces += [*self.protocol.closing("probe", request, _REPLY, _USED)]
        sent = b"".join(held(self.protocol, "piece", piece, bytes) for piece in pieces)
        splitter.push(sent)
        events = list(iter(splitter.event, None))
        ended = self.protocol.end_mark in [event_data(e) for e in events]
        found = self._read([event_object(e) for e in events if event_data(e) != self.protocol.end_mark])
        if not (found.done or ended):
            raise self._wrong("closing", "yielded no event that its own reading takes for the last")
        self._hold("closing", found)

    def _read(self, objects: list[dict[str, Any]]) -> Reading:
        reading = held(self.protocol, "reading", self.protocol.reading(), Reading)
        for data in objects:
            reading.take(data)
        return reading

    def _hold(self, method: str, found: Reading) -> None:
        """Hold what was read against what was said."""
        checks: dict[str, Callable[[], tuple[object, object]]] = {
            "an answer": lambda: (found.answered, True),
            "the model": lambda: (found.model, "probe"),
            "the text": lambda: ("".join(found.said.text.pieces), _REPLY.text),
            "the tool's name": lambda: (list(found.said.calls.values()), ["probe_tool"]),
            "the tokens": lambda: ((found.usage.prompt, found.usage.completion), (11, 7)),
            "why it ended": lambda: (found.finish_reason is not None, True),
        }
        lost = [what for what, both in checks.items() if both()[0] != both()[1]]
        if lost:
            raise self._wrong(method, f"said what its own reading does not read back: {', '.join(lost)}")
