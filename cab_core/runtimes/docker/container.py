"""One container from creation to removal: five calls to the engine."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import attrs

from cab_core.errors import SandboxError
from cab_core.plugins.protocols import Output, StopSignal
from cab_core.records import StopReason

from .engine import client, engine_errors
from .external_stop import check_not_stopped_externally
from .follow import LOOK_S, Follower, Watch
from .resources import created
from .stream import attached

_ANSWER_S = 10  # for which the engine's word is waited that a signal was sent
_DEATH_S = 60  # within which an engine must have ended what it was told to kill


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
    over_limit: Callable[[], bool] | None = None,
) -> Ended:
    """Create, attach to, start, follow, inspect and remove a container.

    `over_limit` is asked twice a second whether more was written than is allowed; then it is ended.

    Raises:
        SandboxError: the engine refused, or is gone; somebody else ended the container.
    """
    api = client()
    with created("a container", create) as container, engine_errors("run a container"):
        # Attach before the start, so that no byte is lost.
        response = api.attach_socket(container, {"stdout": 1, "stderr": 1, "stream": 1})
        with attached(response) as stream:
            start = time.monotonic()
            api.start(container)
            follower = Follower(stream, tty, output)
            watch = Watch(start + timeout_s, stop, over_limit)
            stopped = follower.follow(watch)
            state = _state(api, container)
            if stopped is None and state["Running"]:
                stopped = _outlived(api, container, watch)
            if stopped is not None:
                _end(api, container, follower, grace_s)
            if state["Running"]:
                state = _state(api, container)
            if stopped is None:
                check_not_stopped_externally(api, container, state)
            return Ended(
                exit_code=state["ExitCode"],
                out_of_memory=bool(state["OOMKilled"]),
                duration_s=time.monotonic() - start,
                stopped=stopped,
                counts=follower.counts,
            )


def _end(api: Any, container: str, follower: Follower, grace_s: float) -> None:
    """Ask it to end, then kill it."""
    for name, patience in (("SIGTERM", grace_s), ("SIGKILL", _DEATH_S)):
        deadline = time.monotonic() + patience
        with _signalling(container, name):
            follower.drain(patience)
        if _has_ended(api, container, deadline - time.monotonic()):
            return
    raise SandboxError(f"docker: the engine does not end container {container[:12]}")


@contextmanager
def _signalling(container: str, name: str) -> Iterator[None]:
    """Send a signal while its output is read: an engine that waits for that to be taken answers nobody.

    Raises:
        SandboxError: the engine refused, or is gone.
    """
    failed: list[BaseException] = []

    def send() -> None:
        try:
            with _unless_ended():
                client().kill(container, name)
        except BaseException as exc:  # noqa: BLE001  told where it is waited for
            failed.append(exc)

    # A thread has a client of its own: the other one's connection is the one that waits.
    thread = threading.Thread(target=send, name="cab-signal", daemon=True)
    thread.start()
    yield
    thread.join(_ANSWER_S)
    if failed:
        raise failed[0]


def _has_ended(api: Any, container: str, within_s: float) -> bool:
    from requests.exceptions import ConnectionError, ReadTimeout
    from urllib3.exceptions import ReadTimeoutError

    try:
        api.wait(container, timeout=max(0.01, within_s))
    except ReadTimeout:
        return False
    except ConnectionError as exc:
        # Once the engine has begun its answer, requests calls a wait in vain this.
        if not (exc.args and isinstance(exc.args[0], ReadTimeoutError)):
            raise
        return False
    return True


@contextmanager
def _unless_ended() -> Iterator[None]:
    from docker.errors import APIError

    try:
        yield
    except APIError as exc:
        if exc.status_code != 409:  # it is not running
            raise


def _outlived(api: Any, container: str, watch: Watch) -> StopReason | None:
    """Wait for a program whose output has ended, or was lost; the same limits hold for it."""
    reason = None
    while reason is None and not _has_ended(api, container, min(LOOK_S, watch.patience)):
        reason = watch.reason()
    return reason


def _state(api: Any, container: str) -> dict[str, Any]:
    state: dict[str, Any] = api.inspect_container(container)["State"]
    return state
