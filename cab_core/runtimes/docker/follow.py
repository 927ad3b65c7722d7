"""Following a container's output, and what ends it before its time."""

from __future__ import annotations

import os
import selectors
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import attrs

from cab_core.plugins.protocols import Channel, Output, StopSignal
from cab_core.records import StopReason

from .remote.relay import Frames
from .stream import OUTPUT

LOOK_S = 0.5  # between two looks at what was written
_CHANNELS: dict[int, Channel] = {1: "stdout", 2: "stderr"}


@attrs.frozen
class Watch:
    """What ends a container before its time: a deadline (monotonic clock), somebody, too much written."""

    deadline: float
    stop: StopSignal
    over_limit: Callable[[], bool] | None

    @property
    def patience(self) -> float:
        """Return for how many seconds nothing need be looked at."""
        left = max(0.0, self.deadline - time.monotonic())
        return left if self.over_limit is None else min(left, LOOK_S)

    def reason(self) -> StopReason | None:
        """Return why it must end now, if it must."""
        if self.stop.reason is not None:
            return self.stop.reason
        if time.monotonic() >= self.deadline:
            return "limit_wall"
        return "limit_disk" if self.over_limit is not None and self.over_limit() else None


def _wake(fd: int) -> None:
    os.write(fd, b".")


class Follower:
    """Reads a container's output and passes it on."""

    def __init__(self, sock: Any, tty: bool, output: Output) -> None:
        self._sock, self._tty, self._output = sock, tty, output
        self._frames = Frames(OUTPUT)
        self.counts: dict[str, int] = {"stdout": 0, "stderr": 0}

    def follow(self, watch: Watch) -> StopReason | None:
        """Read until the output ends; return why it must be ended before that."""
        woken, wake = os.pipe()
        try:
            with watch.stop.watch(lambda: _wake(wake)), selectors.DefaultSelector() as selector:
                selector.register(self._sock, selectors.EVENT_READ)
                selector.register(woken, selectors.EVENT_READ)
                while True:
                    ready = [key.fileobj for key, _ in selector.select(watch.patience)]
                    if self._sock in ready and not self._read():
                        return None
                    if (reason := watch.reason()) is not None:
                        return reason
        finally:
            os.close(woken)
            os.close(wake)

    def drain(self, patience_s: float) -> None:
        """Read what is left, for so many seconds at most."""
        deadline = time.monotonic() + patience_s
        with suppress(TimeoutError):
            while (left := deadline - time.monotonic()) > 0:
                self._sock.settimeout(left)
                if not self._read():
                    return

    def _read(self) -> bool:
        data = self._sock.recv(1 << 16)
        if self._tty:
            self._feed("stdout", data)  # as printed: the terminal was told to change nothing
        else:
            for (channel, _), payload in self._frames.feed(data):
                self._feed(_CHANNELS.get(channel, "stdout"), payload)
        return bool(data)

    def _feed(self, channel: Channel, data: bytes) -> None:
        if data:
            self.counts[channel] += len(data)
            self._output.feed(channel, data)
