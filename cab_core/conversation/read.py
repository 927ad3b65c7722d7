"""The conversation of a cell that lies on disk."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from cab_core.plugins.wire_protocol import WireProtocol
from cab_core.records import ModelCall
from cab_core.records.conversation import Conversation
from cab_core.records.wire import WIRE_FILE
from cab_core.store.reading import read_first
from cab_core.wire.reader import WireReader

from .threads import conversation


def read_conversation(
    directory: Path, protocol: Callable[[str], WireProtocol]
) -> tuple[Conversation, dict[int, ModelCall]] | None:
    """Return what was said in a cell, and its calls by number; None where it has no wire record.

    `protocol` returns the protocol of a name.

    Raises:
        UserError: the record cannot be read, or nothing here speaks its protocol.
    """
    if not os.path.lexists(directory / WIRE_FILE):
        return None
    reader = WireReader(directory)
    ended = {call.n: call for call in read_first(directory / "calls.jsonl", ModelCall)[0]}
    return conversation(protocol(reader.head.protocol), reader.calls(), ended), ended
