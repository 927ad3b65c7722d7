"""Messages of requests and answers, in one form for all protocols."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

import attrs

from cab_core.errors import UserError
from cab_core.gateway.chat_form import dumped, objects, tool_name
from cab_core.gateway.events import EventSplitter, begins_a_stream, event_object
from cab_core.gateway.json_body import parse_object, parse_objects
from cab_core.plugins.wire_protocol import WireProtocol
from cab_core.records.conversation import ToolUse
from cab_core.wire.reader import Answered

_ROLES = {"developer": "system", "model": "assistant", "function": "tool"}


_THOUGHTS = ("thinking", "redacted_thinking", "reasoning")  # types of parts of a content


@attrs.frozen
class Message:
    """One message.

    Of a result: `answers` is the id of its call, `tool` the name of what was called, `failed` whether it says
    of itself that it is an error.
    """

    role: str
    text: str
    tools: tuple[ToolUse, ...] = ()
    answers: str | None = None
    reasoning: str | None = None
    tool: str | None = None
    failed: bool | None = None

    @cached_property
    def key(self) -> tuple[object, ...]:
        """What stays the same when a CLI sends it again: not the blanks around, nor how JSON is written."""
        calls = tuple((t.name, _canonical(t.arguments)) for t in self.tools)
        return self.role, self.text.strip(), calls, self.answers


@attrs.frozen
class Requested:
    """The messages of a request; `goes_on`: the answer behind which an endpoint is to put them."""

    messages: list[Message]
    goes_on: str | None = None


@attrs.frozen
class Said:
    """What the model said. `id`, and its `parts` by theirs: as a later request names them."""

    message: Message
    id: str | None = None
    parts: Mapping[str, Mapping[str, Any]] = attrs.field(factory=dict)


def requested(protocol: WireProtocol, body: bytes, parts: Mapping[str, Mapping[str, Any]]) -> Requested:
    """Return the messages of a request; what one speaker says in several is one.

    `parts`: those of earlier answers, which stand for the messages that name them.
    """
    chat = _told(protocol, "as_chat", parse_object(body))
    named = (parts.get(str(m.get("refers")), m) for m in objects(chat, "messages"))
    found = [m for m in map(_message, named) if m.text or m.tools or not m.reasoning]
    return Requested(list(_joined(found)), _text(chat.get("goes_on")))


def answered(protocol: WireProtocol, answers: Iterable[Answered]) -> Said | None:
    """Return what the model said in the end; None: it did not answer."""
    good = [a for a in answers if a.status < 300]
    if not good:
        return None
    chat = _told(protocol, "as_message", events_of(good[-1].body))
    found, parts = _message(chat), chat.get("parts")
    if not (found.text or found.tools or found.reasoning):
        return None
    return Said(found, _text(chat.get("id")), parts if isinstance(parts, dict) else {})


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _told(protocol: WireProtocol, method: str, said: Any) -> dict[str, Any]:
    """Return what a protocol makes of a request or an answer. Where it fails no cell is void: it is a view.

    Raises:
        UserError: it raises, or returns no object.
    """
    named = f"wire protocol {protocol.name!r}: {method}()"
    try:
        found = getattr(protocol, method)(said)
    except Exception as exc:
        raise UserError(f"{named} raised {type(exc).__name__}: {exc}") from exc
    if not isinstance(found, dict):
        raise UserError(f"{named} returned {type(found).__name__}, expected dict")
    return found


def events_of(body: bytes) -> list[dict[str, Any]]:
    """Return the objects of a stream's events, or the one of a whole answer."""
    if not begins_a_stream(body):
        return parse_objects(body)
    splitter = EventSplitter()
    splitter.push(body)
    events = [event_object(event) for event in iter(splitter.event, None)]
    return [*events, event_object(splitter.flush())]


def _message(said: Mapping[str, Any]) -> Message:
    role, failed = said.get("role"), said.get("failed")
    return Message(
        role=_ROLES.get(str(role), str(role)),
        text="".join(_parts(said.get("content"))),
        tools=tuple(_tool(c) for c in objects(said, "tool_calls")),
        answers=_text(said.get("tool_call_id")),
        reasoning=_text(said.get("reasoning")),
        tool=_text(said.get("name")),
        failed=failed if isinstance(failed, bool) else None,
    )


def _parts(content: object) -> Iterator[str]:
    """Yield the texts of a content, without thoughts; what is none by its name: an image, a file."""
    if isinstance(content, str):
        yield content
    for part in content if isinstance(content, list) else []:
        if isinstance(part, dict) and part.get("type") not in _THOUGHTS:
            text = part.get("text")
            yield text if isinstance(text, str) else f"[{str(part.get('type'))[:40]}]"


def _tool(call: Mapping[str, Any]) -> ToolUse:
    function, id_ = call.get("function"), call.get("id")
    said = function.get("arguments") if isinstance(function, dict) else None
    return ToolUse(
        name=tool_name(call) or "",
        arguments=said if isinstance(said, str) else dumped(said if isinstance(said, dict) else {}),
        id=_text(id_),
    )


def _joined(messages: Iterable[Message]) -> Iterator[Message]:
    """Join what follows each other of the model: responses have an item for each thing it says."""
    last: Message | None = None
    for message in messages:
        if last is not None and last.role == message.role == "assistant":
            tools = (*last.tools, *message.tools)
            last = attrs.evolve(last, text=last.text + message.text, tools=tools)
            continue
        if last is not None:
            yield last
        last = message
    if last is not None:
        yield last


def _canonical(arguments: str) -> str:
    try:
        return json.dumps(json.loads(arguments), sort_keys=True)
    except (ValueError, RecursionError):
        return arguments
