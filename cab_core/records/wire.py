"""The wire record: what went between a CLI and its model, whole, as `wire.jsonl.zst` of a cell holds it.

The file is JSON lines, compressed with Zstandard (RFC 8878). The first line is a `WireHead`, each other one a
`WireLine`; the lines of one call have its number, and those of calls at the same time may lie between each
other. A text stands for bytes: it is their UTF-8, and a byte that is none is U+DC80 to U+DCFF, as Python's
`surrogateescape` has it. In the place of what must not be written (the endpoint's key, the cell's token, a
path of the machine) stands a mark.
"""

from __future__ import annotations

import attrs

WIRE_FILE = "wire.jsonl.zst"
VERSION = 1

Headers = tuple[tuple[str, str], ...]


@attrs.frozen(kw_only=True)
class WireHead:
    """The first line. `protocol`: the name of what was spoken; `model`: whom the requests name."""

    wire: int
    cell: str
    model: str
    protocol: str


@attrs.frozen(kw_only=True)
class WireBody:
    """Bytes of a body. Conversations repeat themselves: what an earlier request has is not there again.

    The body is the first `first` bytes of the request body of call `like`, then `text`, then the last `last`
    bytes of that body. `left_out`: how many bytes follow that are not kept.
    """

    text: str
    like: int | None = None
    first: int = 0
    last: int = 0
    left_out: int = 0


@attrs.frozen(kw_only=True)
class WireRequest:
    """A request as the CLI sent it. `path`: below the address of the endpoint. Credentials are left out."""

    start_ns: int
    method: str
    path: str
    query: str
    headers: Headers
    body: WireBody


@attrs.frozen(kw_only=True)
class WireAnswer:
    """An answer as the endpoint sent it; one for each time that it was asked and answered.

    `at_ms`: when its head had come, from the call's start. `coding`: the body was sent packed that way, and
    stands here unpacked. `pieces`: when bytes came and how many: (ms from the call's start, bytes as sent).
    """

    tried: int
    at_ms: float
    status: int
    headers: Headers
    body: WireBody
    pieces: tuple[tuple[int, int], ...]
    coding: str | None = None


@attrs.frozen(kw_only=True)
class WirePart:
    """What goes on an answer: a long one is written as it comes."""

    body: WireBody
    pieces: tuple[tuple[int, int], ...]


@attrs.frozen(kw_only=True)
class WireCount:
    """How many tokens a text has, as the CLI asked and the endpoint answered. It is no call of the model."""

    start_ns: int
    path: str
    query: str
    request: WireBody
    status: int
    answer: WireBody


@attrs.frozen(kw_only=True)
class WireLine:
    """A line on call `n`: what it asked, what it was answered, more of that, or that it ended (`end_ms`).

    Where `n` is 0 it is on no call, but a `count`.
    """

    n: int
    count: WireCount | None = None
    request: WireRequest | None = None
    answer: WireAnswer | None = None
    part: WirePart | None = None
    end_ms: float | None = None
