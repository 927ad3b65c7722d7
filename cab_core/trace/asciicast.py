"""Terminal recording as asciicast v3 (https://docs.asciinema.org/manual/asciicast/v3/).

An event tells the seconds since the one before it. An earlier cab wrote v2, which tells them from the start.
"""

from __future__ import annotations

import codecs
import json
import threading
import time
from collections import defaultdict
from pathlib import Path

from .files import close_on_disk

VERSION = 3
COLUMNS, ROWS = 100, 30
LIMIT = 4 << 20  # bytes of terminal text; what comes after is left out, and said


class Asciicast:
    """Writes what a terminal shows, with the time at which it came. Safe to use from any thread."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8")
        self._start = self._last = time.monotonic()
        self._told = 0  # microseconds from the start to the last event, as the file adds up to
        # One a channel: a character may come in two pieces, with one of the other channel between them.
        self._decoders: defaultdict[str, codecs.IncrementalDecoder] = defaultdict(
            lambda: codecs.getincrementaldecoder("utf-8")("replace")
        )
        self._budget = LIMIT
        self._lock = threading.Lock()
        term = {"cols": COLUMNS, "rows": ROWS, "type": "xterm-256color"}
        header = {"version": VERSION, "term": term, "timestamp": int(time.time())}
        self._file.write(json.dumps(header) + "\n")

    @property
    def full(self) -> bool:
        """True where no more output is recorded: then nobody need make it ready."""
        return self._budget <= 0

    def output(self, channel: str, data: bytes, at: float | None = None) -> None:
        """Record a piece of what came to the terminal by one channel, now or when the clock showed `at`."""
        with self._lock:
            if self._budget <= 0 or self._file.closed:
                return
            self._budget -= len(data)
            self._event("o", self._decoders[channel].decode(data), at)
            if self._budget <= 0:
                self._event("o", f"\r\n[recording stopped after {LIMIT >> 20} MiB; the run went on]\r\n")

    def mark(self, label: str) -> None:
        """Record a marker, such as a model call."""
        with self._lock:
            if not self._file.closed:
                self._event("m", label)

    def _event(self, code: str, data: str, at: float | None = None) -> None:
        if data:
            # Times do not go back: what came by the other channel meanwhile was written down already.
            self._last = max(self._last, time.monotonic() if at is None else at)
            now = round((self._last - self._start) * 1e6)
            self._file.write(json.dumps([(now - self._told) / 1e6, code, data]) + "\n")
            self._told = now

    def close(self, exit_code: int | None = None) -> None:
        """End the recording, with how the process ended where that is known; then it is on disk.

        Raises:
            OSError: it cannot be written.
        """
        with self._lock:
            try:
                if not (self._file.closed or self.full):
                    for decoder in self._decoders.values():
                        self._event("o", decoder.decode(b"", final=True))
                if not self._file.closed and exit_code is not None:
                    self._event("x", str(exit_code))
            finally:
                close_on_disk(self._file)
