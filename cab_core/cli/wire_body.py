"""A body of a wire record as people read it: JSON indented, an event stream as what was written in it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from cab_core.gateway.events import EventSplitter, begins_a_stream, event_data
from cab_core.plugins.strict_json import is_deep
from cab_core.words import plural

FOLDED = 300  # characters of a text that are shown
_EVENTS = 8  # other events that are shown


def json_of(body: bytes) -> Any:
    """Return what JSON says.

    Raises:
        ValueError: it is none, or too deep to be shown.
    """
    try:
        found = json.loads(body)
    except RecursionError as exc:
        raise ValueError("too deep") from exc
    if isinstance(found, (dict, list)) and is_deep(found):
        raise ValueError("too deep")
    return found


def text_of(body: bytes) -> str:
    """Return a body as text; what is no UTF-8 as surrogates, which are shown as escapes."""
    return body.decode("utf-8", "surrogateescape")


def folded(value: Any, full: bool) -> Any:
    """Return a JSON value whose long texts are cut, and say how much more they have."""
    if full:
        return value
    if isinstance(value, str):
        return fold_text(value, full)
    if isinstance(value, list):
        return [folded(inner, full) for inner in value]
    if isinstance(value, dict):
        return {key: folded(inner, full) for key, inner in value.items()}
    return value


def fold_text(text: str, full: bool) -> str:
    """Return a text, or its beginning and how much more there is."""
    if full or len(text) <= FOLDED + 50:  # the words that would stand for the rest
        return text
    return f"{text[:FOLDED]}... [{len(text) - FOLDED:,} more characters; --full]"


def shown(body: bytes, written: Sequence[str], full: bool) -> str:
    """Return a body as text for people."""
    try:
        return json.dumps(folded(json_of(body), full), indent=2, ensure_ascii=False)
    except ValueError:
        pass
    if begins_a_stream(body):
        return "\n".join(_stream(Written.of(body, written), full))
    return _indented(fold_text(text_of(body), full))


def _indented(text: str) -> str:
    """Return a text of which no line looks like one of ours."""
    return "\n".join(f"  {line}" for line in text.split("\n"))


@attrs.define
class Written:
    """What a stream says. `texts`: by the field and what tells texts apart; `others`: all other events."""

    events: int = 0
    texts: dict[str, list[str]] = attrs.field(factory=dict)
    others: list[str] = attrs.field(factory=list)

    @classmethod
    def of(cls, body: bytes, written: Sequence[str]) -> Written:
        """Read a stream. `written`: see `WireProtocol`."""
        found, splitter = cls(), EventSplitter()
        splitter.push(body)
        for event in iter(splitter.event, None):
            found._take(event, written)
        if rest := splitter.flush().strip():
            found._take(rest, written)
        return found

    def _take(self, event: bytes, written: Sequence[str]) -> None:
        self.events += 1
        data = event_data(event)
        try:
            pieces = list(_pieces(json_of(data), written, ""))
        except ValueError:
            pieces = []
        for name, piece in pieces:
            self.texts.setdefault(name, []).append(piece)
        if not pieces:
            self.others.append(text_of(data or event).strip())


def _pieces(value: Any, written: Sequence[str], place: str) -> Iterator[tuple[str, str]]:
    """Yield the texts that a model writes, each with a name by which its further pieces are known."""
    if isinstance(value, list):
        for inner in value:
            yield from _pieces(inner, written, place)
    elif isinstance(value, dict):
        for key in value:
            if key.endswith("index") and value[key]:
                place += f" {key} {str(value[key])[:20]}"
        for key, inner in value.items():
            if key in written and isinstance(inner, str) and inner:
                yield f"{_kind(value, key)}{place}", inner
            elif isinstance(inner, dict | list):
                yield from _pieces(inner, written, place)


def _kind(event: dict[str, Any], key: str) -> str:
    kind = event.get("type")
    name = f"{kind} {key}" if isinstance(kind, str) and kind != key else key
    return f"{name} (thought)" if event.get("thought") is True else name


def _stream(found: Written, full: bool) -> Iterator[str]:
    yield f"{plural(found.events, 'event')}"
    for name, pieces in found.texts.items():
        yield f"{ascii(name[:80])[1:-1]}, in {plural(len(pieces), 'event')}:"
        yield _indented(fold_text("".join(pieces), full))
    shown = found.others if full else found.others[:_EVENTS]
    if shown:
        yield "other events:"
        yield from (_indented(fold_text(text, full)) for text in shown)
    if len(shown) < len(found.others):
        yield f"  ... {len(found.others) - len(shown):,} more; --full"
