"""What a cell's endpoint has failed to answer: the same is not sent to it for ever."""

from __future__ import annotations

import hashlib

import attrs

from cab_core.records import ModelCall

MOST = 8  # times that a request is sent in vain, in a row, whoever tries again: the gateway or the CLI
_KEPT = 1000  # requests that are remembered


@attrs.frozen
class Failed:
    """A request that the endpoint failed to answer: how often it was sent, the last fault, what was said."""

    sent: int
    fault: str
    error: str | None


class InVain:
    """The requests of one cell that failed since the model last answered any, by the hash of their bodies.

    One that the agent broke off does not count, nor one that was refused for what was in it: what is
    refused here is the endpoint's fault, which an agent must not be able to bring about.
    """

    def __init__(self) -> None:
        self._failed: dict[str, Failed] = {}
        self.held_back = 0  # calls that were not sent

    def before(self, body: bytes) -> Failed | None:
        """Return what became of this request, where it failed before."""
        return self._failed.get(hashlib.sha256(body).hexdigest()) if self._failed else None

    def ended(self, call: ModelCall) -> None:
        """Take a call that has ended."""
        if call.ended == "answered":
            self._failed.clear()
        elif call.fault is not None:
            self.held_back += not call.tries
            before = self._failed.pop(call.request_sha256, None)
            sent = call.tries + (before.sent if before else 0)
            self._failed[call.request_sha256] = Failed(sent, call.fault, call.error)
            if len(self._failed) > _KEPT:
                del self._failed[next(iter(self._failed))]

    def notes(self) -> list[str]:
        """Return what a reader should know of calls that were not sent."""
        if not self.held_back:
            return []
        again = "once more" if self.held_back == 1 else f"{self.held_back} more times"
        return [f"the CLI asked {again} what the endpoint had failed {MOST} times to answer: it was not sent"]
