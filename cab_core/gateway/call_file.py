"""The file of a cell's calls while it runs."""

from __future__ import annotations

import os
from errno import ENOSPC
from pathlib import Path

from cab_core.records import ModelCall
from cab_core.store.recorded import RecordedCalls


class CallFile:
    """A line a call, each there whole or not at all: what follows it must be readable."""

    def __init__(self, path: Path) -> None:
        self._path, self._size, self._count = path, 0, 0
        self._file = path.open("wb", buffering=0)
        self.lost: OSError | None = None  # why a call could not be written

    @property
    def calls(self) -> RecordedCalls:
        """The calls that were written."""
        return RecordedCalls(self._path, self._count)

    def write(self, call: ModelCall) -> None:
        """Write a call, unless the file is closed.

        Raises:
            OSError: it cannot be written.
        """
        from cab_core.records.line import json_line  # late: see `server`

        if self._file.closed:
            return
        line = json_line(call)
        try:
            if (self._file.write(line) or 0) < len(line):
                self._file.truncate(self._size)
                raise OSError(ENOSPC, os.strerror(ENOSPC), str(self._path))
        except OSError as exc:
            self.lost = exc
            raise
        self._size += len(line)
        self._count += 1

    def close(self) -> None:
        """End the file."""
        self._file.close()
