"""Everything that a process prints: capped logs of both channels, and the terminal recording."""

from __future__ import annotations

import codecs
import contextlib
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from cab_core.plugins.protocols import Channel
from cab_core.redaction import Redactor, Stream

from .asciicast import Asciicast
from .files import close_on_disk

HEAD, TAIL = 4 << 20, 1 << 20  # bytes kept of the beginning and of the end of a channel
_CHANNELS: tuple[Channel, ...] = ("stdout", "stderr")
_LONGEST = 4 << 20  # bytes of a line that waits for its end; a longer one is cut


class CappedLog:
    """A log file that holds the first `head` and the last `tail` bytes of what is written to it."""

    def __init__(self, path: Path, head: int = HEAD, tail: int = TAIL) -> None:
        self._file = path.open("wb")
        self._head, self._tail = head, tail
        self._last: deque[bytes] = deque()
        self._held = 0
        self.total = 0

    def write(self, data: bytes) -> None:
        """Take a piece."""
        budget = max(0, self._head - self.total)
        self.total += len(data)
        if budget:
            self._file.write(data[:budget])
        if rest := data[budget:]:
            self._last.append(rest)
            self._held += len(rest)
            while self._held - len(self._last[0]) >= self._tail:
                self._held -= len(self._last.popleft())

    def close(self) -> None:
        """Write the tail and, where something was left out, how much; then the log is on disk.

        Raises:
            OSError: it cannot be written.
        """
        if self._file.closed:
            return
        tail = b"".join(self._last)
        kept = tail[-self._tail :]
        left_out = self.total - min(self.total, self._head) - len(kept)
        try:
            if left_out:
                self._file.write(b"\n[... %d bytes left out ...]\n" % left_out)
            self._file.write(kept)
        finally:
            close_on_disk(self._file)


class Recording:
    """An `Output`: feeds logs and the recording. `render` turns a line of stdout into terminal text."""

    def __init__(
        self, directory: Path, render: Callable[[str], str] | None = None, secrets: Redactor | None = None
    ) -> None:
        self._logs = {c: CappedLog(directory / f"{c}.log") for c in _CHANNELS}
        self._public = {c: Stream(secrets or Redactor()) for c in _CHANNELS}
        self._came = dict.fromkeys(_CHANNELS, time.monotonic())  # when what waits in a stream did
        self.cast = Asciicast(directory / "terminal.cast")
        self._render, self._line = render, bytearray()
        self.fault: str | None = None  # why lines are shown as they came
        self.exit_code: int | None = None  # of the process, where it is known when the recording ends

    def feed(self, channel: Channel, data: bytes) -> None:
        """Take what the process printed, with plain line ends; what must not be written is left out."""
        stream, came, now = self._public[channel], self._came[channel], time.monotonic()
        held = stream.held
        out = stream.feed(data)
        self._take(channel, out[:held], came)
        self._take(channel, out[held:], now)
        if out or not held:
            self._came[channel] = now

    def _take(self, channel: Channel, data: bytes, at: float) -> None:
        self._logs[channel].write(data)
        if self.cast.full:
            return
        if channel == "stdout" and self._render:
            self._feed_lines(data, at)
        else:
            self.cast.output(channel, _terminal(data), at)

    def _feed_lines(self, data: bytes, at: float) -> None:
        first, *rest = data.split(b"\n")
        self._line += first
        for start in rest:
            self._show(bytes(self._line), at)
            self._line = bytearray(start)
        if len(self._line) > _LONGEST:
            _, whole = codecs.utf_8_decode(self._line, "replace")  # not in the middle of a character
            self._show(bytes(self._line[:whole]), at)
            del self._line[:whole]

    def _show(self, line: bytes, at: float) -> None:
        assert self._render is not None
        text = line.decode("utf-8", "replace").rstrip("\r")
        try:
            text = self._render(text)
        except Exception as exc:  # noqa: BLE001  a recording is worth no cell: the line is shown as it is
            self.fault = self.fault or str(exc)
        if text:
            self.cast.output("stdout", _terminal(text.encode("utf-8", "replace") + b"\n"), at)

    def sizes(self) -> tuple[int, int]:
        """Return the bytes printed on stdout and stderr."""
        return self._logs["stdout"].total, self._logs["stderr"].total

    def close(self) -> None:
        """End logs and recording; then they are on disk.

        Raises:
            OSError: one of them cannot be written; all are closed all the same.
        """
        with contextlib.ExitStack() as files:
            files.callback(lambda: self.cast.close(self.exit_code))
            for log in self._logs.values():
                files.callback(log.close)
            for channel, stream in self._public.items():
                self._take(channel, stream.close(), self._came[channel])
            if self._line and self._render:
                self._feed_lines(b"\n", time.monotonic())


def _terminal(data: bytes) -> bytes:
    """Line ends as a terminal wants them: the pseudo-terminal was told to leave them alone."""
    return data.replace(b"\n", b"\r\n")
