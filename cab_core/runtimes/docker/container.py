"""One container from creation to removal: five calls to the engine."""

from __future__ import annotations

import os
import selectors
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import attrs

from cab_core.plugins.protocols import Channel, Output, StopSignal
from cab_core.records import StopReason

from .engine import client, engine_errors

_LOOK_S = 0.5  # between two looks at what was written
_CHANNELS: dict[int, Channel] = {1: "stdout", 2: "stderr"}


@attrs.frozen
class Ended:
    """How a container ended. `stopped` is why we ended it."""

    exit_code: int
    out_of_memory: bool
    duration_s: float
    stopped: StopReason | None
    counts: dict[str, int]


def run_container(
    create: dict[str, Any],
    tty: bool,
    timeout_s: float,
    grace_s: float,
    output: Output,
    stop: StopSignal,
    too_much: Callable[[], bool] | None = None,
) -> Ended:
    """Create, attach to, start, follow, inspect and remove a container.

    `too_much` is asked twice a second whether more was written than is allowed; then it is ended.

    Raises:
        SandboxError: the engine refused, or is gone.
    """
    api = client()
    with engine_errors("create a container"):
        container = api.create_container(**create)["Id"]
    try:
        with engine_errors("run a container"), _attached(api, container) as stream:
            start = time.monotonic()
            api.start(container)
            follower = _Follower(stream, tty, output)
            stopped = follower.follow(start + timeout_s, stop, too_much)
            if stopped is not None:
                api.stop(container, timeout=max(1, round(grace_s)))
                follower.drain()
            state = _state(api, container)
            duration = time.monotonic() - start
    finally:
        with engine_errors("remove a container"):
            api.remove_container(container, force=True, v=True)
    return Ended(state["ExitCode"], bool(state["OOMKilled"]), duration, stopped, follower.counts)


def _state(api: Any, container: str) -> dict[str, Any]:
    state: dict[str, Any] = api.inspect_container(container)["State"]
    if state["Running"]:
        # The program closed its output and went on.
        api.wait(container)
        state = api.inspect_container(container)["State"]
    return state


@contextmanager
def _attached(api: Any, container: str) -> Iterator[Any]:
    """Attach before the start, so that no byte is lost."""
    params = {"stdout": 1, "stderr": 1, "stream": 1}
    response = api.attach_socket(container, params)
    sock = getattr(response, "_sock", response)
    try:
        yield sock
    finally:
        sock.close()
        response.close()


def _wake(fd: int) -> None:
    os.write(fd, b".")


class _Follower:
    """Reads a container's output and passes it on."""

    def __init__(self, sock: Any, tty: bool, output: Output) -> None:
        self._sock, self._tty, self._output = sock, tty, output
        self._rest = b""
        self.counts: dict[str, int] = {"stdout": 0, "stderr": 0}

    def follow(
        self, deadline: float, stop: StopSignal, too_much: Callable[[], bool] | None
    ) -> StopReason | None:
        """Read until the output ends; return why it must be ended before that."""
        woken, wake = os.pipe()
        try:
            with stop.watch(lambda: _wake(wake)), selectors.DefaultSelector() as selector:
                selector.register(self._sock, selectors.EVENT_READ)
                selector.register(woken, selectors.EVENT_READ)
                while True:
                    left = deadline - time.monotonic()
                    patience = left if too_much is None else min(left, _LOOK_S)
                    ready = [key.fileobj for key, _ in selector.select(max(0, patience))]
                    if self._sock in ready and not self._read():
                        return None
                    if woken in ready:
                        return stop.reason
                    if time.monotonic() >= deadline:
                        return "limit_wall"
                    if too_much is not None and too_much():
                        return "limit_disk"
        finally:
            os.close(woken)
            os.close(wake)

    def drain(self) -> None:
        """Read what is left after the end."""
        self._sock.settimeout(5)
        try:
            while self._read():
                pass
        except TimeoutError:
            pass

    def _read(self) -> bool:
        data = self._sock.recv(1 << 16)
        if self._tty:
            self._feed("stdout", data.replace(b"\r\n", b"\n"))
        else:
            self._rest += data
            self._frames()
        return bool(data)

    def _frames(self) -> None:
        """Without a terminal, output comes in frames: channel, three zeros, length (4 bytes), bytes."""
        while len(self._rest) >= 8:
            channel, length = struct.unpack(">BxxxL", self._rest[:8])
            if len(self._rest) < 8 + length:
                return
            self._feed(_CHANNELS.get(channel, "stdout"), self._rest[8 : 8 + length])
            self._rest = self._rest[8 + length :]

    def _feed(self, channel: Channel, data: bytes) -> None:
        if data:
            self.counts[channel] += len(data)
            self._output.feed(channel, data)
