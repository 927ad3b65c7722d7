"""Secrets that a stream says in pieces."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.redaction import Redactor, replaced
from cab_core.wire.pieces import Pieces
from tests.support.endpoint import KEY
from tests.support.wire import CHAT, GEMINI, MESSAGES, RESPONSES

REDACTOR = Redactor({KEY: "[key]"})
Event = Callable[[str], dict[str, Any]]


def chat(field: str) -> Event:
    """A delta of chat completions."""
    return lambda piece: {"id": "x", "choices": [{"index": 0, "delta": {field: piece}}]}


def chat_tool(index: int) -> Event:
    """A piece of the arguments of a tool call."""
    return lambda piece: {
        "choices": [
            {"index": 0, "delta": {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}}
        ]
    }


def responses(kind: str, index: int) -> Event:
    """A delta of an item."""
    return lambda piece: {"type": f"response.{kind}.delta", "output_index": index, "delta": piece}


def messages(kind: str, field: str, index: int) -> Event:
    """A delta of a content block."""
    return lambda piece: {
        "type": "content_block_delta",
        "index": index,
        "delta": {"type": kind, field: piece},
    }


def gemini(thought: bool) -> Event:
    """A part of a candidate, or of its thoughts."""
    more = {"thought": True} if thought else {}
    return lambda piece: {"candidates": [{"content": {"parts": [{"text": piece, **more}]}}]}


FORMS: dict[str, tuple[Sequence[str], Event, Event]] = {
    "chat": (CHAT.written, chat("content"), chat("reasoning_content")),
    "chat reasoning": (CHAT.written, chat("reasoning_content"), chat("content")),
    "chat tools": (CHAT.written, chat_tool(0), chat_tool(1)),
    "responses": (RESPONSES.written, responses("output_text", 1), responses("reasoning_text", 0)),
    "responses tools": (RESPONSES.written, responses("function_call_arguments", 1), responses("output_text", 0)),
    "messages": (MESSAGES.written, messages("text_delta", "text", 1), messages("thinking_delta", "thinking", 0)),
    "messages tools": (MESSAGES.written, messages("input_json_delta", "partial_json", 0),
                       messages("input_json_delta", "partial_json", 1)),
    "gemini": (GEMINI.written, gemini(False), gemini(True)),
}  # fmt: skip


def stream(events: Sequence[dict[str, Any]]) -> bytes:
    """Return events as a stream."""
    return b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events)


def cut(text: str, places: Sequence[int]) -> list[str]:
    """Return a text in pieces."""
    edges = sorted({0, len(text), *(p % len(text) for p in places)})
    return [text[a:b] for a, b in itertools.pairwise(edges)]


def said(events: bytes, piece_of: Event) -> str:
    """Return what a form's events say, put together."""
    blank, found = piece_of("\0"), []

    def take(shape: object, value: object) -> bool:
        if shape == "\0":
            found.append(value)
            return True
        if isinstance(shape, dict):
            return isinstance(value, dict) and shape.keys() == value.keys() and all(take(v, value[k]) for k, v in shape.items())  # fmt: skip
        if isinstance(shape, list):
            return isinstance(value, list) and all(map(take, shape, value))
        return shape == value

    for line in events.split(b"\n\n"):
        if line:
            take(blank, json.loads(line.removeprefix(b"data: ")))
    return "".join(map(str, found))


@pytest.mark.parametrize("form", FORMS)
@given(st.lists(st.integers(0, 60), max_size=40), st.lists(st.booleans(), max_size=20), st.data())
def test_a_key_in_pieces_is_found(
    form: str, places: list[int], between: list[bool], data: st.DataObject
) -> None:
    """Cut anywhere, with events of another text, of another call or of none between the pieces."""
    written, event, other = FORMS[form]
    pieces = cut(f"say {KEY}!", places)
    events = []
    for n, piece in enumerate(pieces):
        events.append(event(piece))
        if n < len(between) and between[n]:
            events.append(other(data.draw(st.sampled_from(["no", "sk-", '\n"', "é"]))))
    raw = stream(events)
    clean = replaced(raw, Pieces(REDACTOR, written, ()).spans(raw))
    assert said(clean, event) == "say [key]!"
    assert said(clean, other) == said(raw, other)


@given(st.lists(st.text(max_size=9), max_size=20))
def test_what_holds_no_secret_stays(texts: list[str]) -> None:
    """Whatever is said."""
    raw = stream([chat("content")(text) for text in texts])
    assert Pieces(REDACTOR, CHAT.written, CHAT.noise).spans(raw) == []


@given(st.binary(max_size=300), st.integers(0, 300))
def test_no_stream_breaks_it(data: bytes, at: int) -> None:
    """Events that are none, or that are cut anywhere."""
    events = stream([chat("content")(piece) for piece in (KEY[:9], KEY[9:])])
    raw = events[: at % len(events)] + data + events[at % len(events) :]
    replaced(raw, Pieces(REDACTOR, CHAT.written, CHAT.noise).spans(raw))


@pytest.mark.parametrize("where", ["id", "error", "obfuscation", "created", "content"])
@pytest.mark.parametrize("secret", [KEY, KEY[:18], KEY[9:], KEY.encode().hex()])
def test_a_key_anywhere_in_an_event_is_found(where: str, secret: str) -> None:
    """Whole, or a piece of it that counts, in whatever field; among many events that are alike."""
    events = [{**chat("content")(f" word{n}"), "obfuscation": "x" * n, "created": n} for n in range(50)]
    odd = {**events[7], where: f"it is {secret}, is it"}
    raw = stream([*events, odd, *events])
    assert replaced(raw, Pieces(REDACTOR, CHAT.written, CHAT.noise).spans(raw)) == stream(
        [*events, {**odd, where: "it is [key], is it"}, *events]
    )
