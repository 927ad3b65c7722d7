"""Is a value what a vendor's own models say? SDKs take whatever comes; their types, asked strictly, do not."""

from __future__ import annotations

import json
import typing
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import TypeAdapter

from cab_core.gateway.events import EventSplitter, event_data


def strictly(tp: Any, value: Any) -> Any:
    """Return the value as this type; of a union the member that has its `type`.

    Raises:
        pydantic.ValidationError: it is none.
    """
    members = typing.get_args(typing.get_args(tp)[0]) if typing.get_origin(tp) is typing.Annotated else ()
    for member in members:
        if value["type"] in typing.get_args(member.model_fields["type"].annotation):
            tp = member
    return TypeAdapter(tp).validate_json(json.dumps(value), strict=True)


def objects_of(stream: Iterable[bytes] | bytes) -> Iterator[dict[str, Any]]:
    """Yield the objects of a stream's events."""
    data = stream if isinstance(stream, bytes) else b"".join(stream)
    splitter = EventSplitter()
    splitter.push(data)
    for event in iter(splitter.event, None):
        if (found := event_data(event)) not in (b"", b"[DONE]"):
            yield json.loads(found)
