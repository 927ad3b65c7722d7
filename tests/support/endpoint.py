"""The kit's endpoint, with what only an attacker or a broken server does."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

from cab_core.testing import endpoint as kit
from cab_core.testing.chat import Said
from cab_core.testing.endpoint import ERRORS as ERRORS
from cab_core.testing.endpoint import KEY as KEY
from cab_core.testing.endpoint import USAGE as USAGE
from cab_core.testing.endpoint import Handler


class Endpoint(kit.Endpoint):
    """`said`: the error of mode `said`; `refuses`: a field that it does not know; `packing`: of mode `packed`."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.said = ""
        self.refuses: str | None = None
        self.packing: tuple[str, Callable[[bytes], bytes]] = ("identity", bytes)

    def answer(self, handler: Handler, mode: str, request: dict) -> None:
        """Answer as a server would that nobody should have."""
        if mode == "falls_back" and len(self.requests) > 1:
            self.served = "served-2"
        if self.refuses in request:
            return handler.error(400, f"unknown field {self.refuses}")
        if mode == "refuse_stream_options" and "stream_options" in request:
            return handler.error(400, "unknown field stream_options")
        odd = _ODD.get(mode)
        return odd(self, handler) if odd else super().answer(handler, mode, request)


def _hang_up(_: Endpoint, handler: Handler) -> None:
    handler.close_connection = True


def _redirect(_: Endpoint, handler: Handler) -> None:
    key = handler.headers.get("Authorization", "").removeprefix("Bearer ")
    handler.send(_keyed(handler), status=302, headers={"Location": f"http://elsewhere.invalid/{key}"})


def _hours(_: Endpoint, handler: Handler) -> None:
    handler.send(b'{"error": {"message": "monthly limit"}}', status=429, headers={"Retry-After": "3600"})


def _packed(endpoint: Endpoint, handler: Handler) -> None:
    encoding, pack = endpoint.packing
    handler.send(pack(_keyed(handler)), status=401, headers={"Content-Encoding": encoding})


def _gzip(endpoint: Endpoint, handler: Handler) -> None:
    data = gzip.compress(Said(endpoint.served, endpoint.reply, None, "ok").whole())
    handler.send(data, headers={"Content-Encoding": "gzip"})


def _stream_error(_: Endpoint, handler: Handler) -> None:
    handler.send(b"data: " + _keyed(handler) + b"\n\ndata: [DONE]\n\n", "text/event-stream")


def _debug(_: Endpoint, handler: Handler) -> None:
    key = handler.headers.get("Authorization", "")
    handler.send(b'{"choices": []}', headers={"X-Debug-Authorization": key})


def _keyed(handler: Handler) -> bytes:
    """An error that gives the credential away."""
    return json.dumps(
        {"error": {"message": f"incorrect key {handler.headers.get('Authorization')}"}}
    ).encode()


_HUGE = b'{"choices": [], "usage": {"prompt_tokens": 1' + b"0" * 400 + b"}}"
_ODD: dict[str, Callable[[Endpoint, Handler], None]] = {
    "said": lambda endpoint, handler: handler.error(401, endpoint.said),
    "debug": _debug,
    "long_header": lambda _, handler: handler.send(b"", headers={"X-Echo": "x" * 62 + KEY + "y" * 9000}),
    "gzip": _gzip,
    "gzip_401": lambda _, handler: handler.send(
        gzip.compress(_keyed(handler)), status=401, headers={"Content-Encoding": "gzip"}
    ),
    "packed": _packed,
    "echo": lambda _, handler: handler.send(_keyed(handler)),
    "stream_error": _stream_error,
    "odd_choices": lambda _, handler: handler.send(b'{"choices": 5, "usage": true, "model": 7}'),
    "odd_usage": lambda _, handler: handler.send(_HUGE),
    "hang_up": _hang_up,
    "302": _redirect,
    "hours": _hours,
}
