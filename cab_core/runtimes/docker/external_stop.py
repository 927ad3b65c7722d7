"""Whether somebody else ended a container: its exit code alone looks as if the program had done it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from cab_core.errors import SandboxError

_BY_SIGNAL = (128 + 9, 128 + 15)  # `docker kill`, `docker stop`
_LATE_S = 1  # an engine reports a signal after it was sent


def check_not_stopped_externally(api: Any, container: str, state: dict[str, Any]) -> None:
    """Look at an ended container's state as the engine has it, and at who sent signals.

    Nothing in a container can ask the engine to remove it or to send it a signal.

    Raises:
        SandboxError: somebody removes it, or had a signal sent to it.
    """
    if state["Status"] in ("removing", "dead"):
        raise SandboxError(f"docker: somebody removed container {container[:12]} while it ran")
    if state["ExitCode"] in _BY_SIGNAL and _was_sent_signal(api, container, state):
        raise SandboxError(f"docker: somebody stopped container {container[:12]} while it ran")


def _was_sent_signal(api: Any, container: str, state: dict[str, Any]) -> bool:
    # In whole seconds of the engine's clock; it answers once the last of them is over.
    began, ended = (_seconds(state[key]) for key in ("StartedAt", "FinishedAt"))
    filters = {"container": container, "event": "kill"}
    return any(True for _ in api.events(since=began, until=ended + 1 + _LATE_S, filters=filters))


def _seconds(moment: str) -> int:
    # Nanoseconds are more than `fromisoformat` takes.
    return int(datetime.fromisoformat(moment[:19]).replace(tzinfo=UTC).timestamp())
