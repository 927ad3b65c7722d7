"""What upstreams have in common that ask nobody: scripted models and records. There is no credential."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from .answer import Answer
from .budget import Throttle


class Unkeyed(Throttle):
    """An upstream without an endpoint."""

    tries = 1  # what it says to a request it would say again

    def redact(self, data: bytes) -> bytes:
        """Return `data`: there is no credential."""
        return data

    def watch(self) -> Callable[[bytes], bool]:
        """Return what finds nothing: there is no credential."""
        return lambda _: False

    async def aclose(self) -> None:
        """Nothing is held."""


def json_answer(status: int, data: Mapping[str, Any]) -> Answer:
    """Return an answer that is one object."""
    return bytes_answer(status, json.dumps(data).encode())


def bytes_answer(status: int, data: bytes) -> Answer:
    """Return an answer that is JSON already."""
    return Answer(status, {"Content-Type": "application/json"}, _once(data))


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data
