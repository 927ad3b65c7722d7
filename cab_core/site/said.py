"""The conversation of a cell for its page, read once out of its wire record; or why there is none."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import attrs

from cab_core.conversation.threads import conversation
from cab_core.errors import UserError
from cab_core.plugins.registry import Plugins
from cab_core.records import ModelCall
from cab_core.records.conversation import Conversation, Thread, Turn
from cab_core.records.wire import WIRE_FILE
from cab_core.wire.reader import WireReader


@attrs.frozen(kw_only=True)
class Said:
    """What was said in a cell; None: not known, and `why`."""

    conversation: Conversation | None = None
    why: str = ""

    def turns(self) -> Iterator[tuple[int, Turn]]:
        """Yield the turns in the order of a page, each with the number of its thread; 0 is the main one.

        A side conversation stands before what the main one said after it began.
        """
        threads = self.conversation.threads if self.conversation else ()
        waiting = sorted(enumerate(threads[1:], 1), key=lambda side: side[1].calls[0])
        for turn in threads[0].turns if threads else ():
            while waiting and waiting[0][1].calls[0] < turn.call:
                yield from _numbered(*waiting.pop(0))
            yield 0, turn
        for side in waiting:
            yield from _numbered(*side)


def _numbered(number: int, thread: Thread) -> Iterator[tuple[int, Turn]]:
    return ((number, turn) for turn in thread.turns)


class Conversations:
    """Reads those of a build. `wanted`: False leaves all of them out."""

    def __init__(self, plugins: Plugins | None = None, wanted: bool = True) -> None:
        self._plugins = plugins or Plugins()
        self._wanted = wanted

    def of(self, cell: Path, calls: Sequence[ModelCall]) -> Said:
        """Return what was said in the cell of this directory."""
        if not self._wanted:
            return Said(why="this site was built without the wire records (--no-wire)")
        if not os.path.lexists(cell / WIRE_FILE):
            return Said(why="the run kept no wire record")
        try:
            return self._read(cell, calls)
        except UserError as exc:  # a cell's other files are whole, and so is its page
            return Said(why=f"the wire record cannot be read: {exc}".replace(f"{cell}{os.sep}", ""))

    def _read(self, cell: Path, calls: Sequence[ModelCall]) -> Said:
        record = WireReader(cell)
        protocol = self._plugins.protocol(record.head.protocol)
        try:
            found = conversation(protocol, record.calls(), {c.n: c for c in calls})
        except Exception as exc:
            crash = self._plugins.blame("protocol", protocol.name).of(exc)
            if isinstance(exc, UserError) or crash is None:
                raise
            return Said(why=f"it cannot be told from the wire record: {crash}")
        return Said(conversation=found)
