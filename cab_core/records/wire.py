"""The wire record: what went between a CLI and its model, whole, as `wire.jsonl.zst` of a cell holds it.

The file is JSON lines, compressed with Zstandard (RFC 8878). The first line is a `WireHead`, each other one a
`WireLine`; the lines of one call have its number, and those of calls at the same time may lie between each
other. A text stands for bytes: it is their UTF-8, and a byte that is none is U+DC80 to U+DCFF, as Python's
`surrogateescape` has it. In the place of what must not be written (the endpoint's key, the cell's token, a
path of the machine) stands a mark.
"""

from __future__ import annotations

import attrs

from .base import doc

WIRE_FILE = "wire.jsonl.zst"
VERSION = 1

Headers = tuple[tuple[str, str], ...]


@attrs.frozen(kw_only=True)
class WireHead:
    """The first line. `protocol`: the name of what was spoken; `model`: whom the requests name."""

    wire: int = attrs.field(metadata=doc("version of this format"))
    cell: str = attrs.field(metadata=doc("id of the cell, as in its cell.json"))
    model: str = attrs.field(metadata=doc("the model that the requests name"))
    protocol: str = attrs.field(metadata=doc("name of the wire protocol"))


@attrs.frozen(kw_only=True)
class WireBody:
    """Bytes of a body. Conversations repeat themselves: what an earlier request has is not there again.

    The body is the first `first` bytes of the request body of call `like`, then `text`, then the last `last`
    bytes of that body. `left_out`: how many bytes follow that are not kept.
    """

    text: str = attrs.field(
        metadata=doc("the bytes between what `first` and `last` take of an earlier request")
    )
    like: int | None = attrs.field(
        default=None,
        metadata=doc("number of the earlier call whose request is repeated in part; null: none is"),
    )
    first: int = attrs.field(default=0, metadata=doc("bytes from the beginning of that request"))
    last: int = attrs.field(default=0, metadata=doc("bytes from the end of that request"))
    left_out: int = 0


@attrs.frozen(kw_only=True)
class WireRequest:
    """A request as the CLI sent it. `path`: below the address of the endpoint. Credentials are left out."""

    start_ns: int = attrs.field(metadata=doc("when the call began, nanoseconds since the epoch"))
    method: str = attrs.field(metadata=doc("HTTP method"))
    path: str = attrs.field(metadata=doc("path below the address of the endpoint"))
    query: str = attrs.field(metadata=doc("query of the address, without the question mark; empty: none"))
    headers: Headers = attrs.field(
        metadata=doc("names and values, in the order sent; credentials are left out")
    )
    body: WireBody = attrs.field(metadata=doc("the body"))


@attrs.frozen(kw_only=True)
class WireAnswer:
    """An answer as the endpoint sent it; one for each time that it was asked and answered.

    `at_ms`: when its head had come, from the call's start. `coding`: the body was sent packed that way, and
    stands here unpacked. `pieces`: when bytes came and how many: (ms from the call's start, bytes as sent).
    """

    tried: int = attrs.field(metadata=doc("which sending of the request it answers, from 1"))
    at_ms: float = attrs.field(metadata=doc("milliseconds from the call's start until its head had come"))
    status: int = attrs.field(metadata=doc("HTTP status"))
    headers: Headers = attrs.field(metadata=doc("names and values, in the order sent"))
    body: WireBody = attrs.field(metadata=doc("the body, or its first part where it is long"))
    pieces: tuple[tuple[int, int], ...]
    coding: str | None = attrs.field(
        default=None,
        metadata=doc(
            "how the body was packed when it was sent; it stands here unpacked; null: it was not packed"
        ),
    )


@attrs.frozen(kw_only=True)
class WirePart:
    """What goes on an answer: a long one is written as it comes."""

    body: WireBody = attrs.field(metadata=doc("what follows of the body"))
    pieces: tuple[tuple[int, int], ...] = attrs.field(
        metadata=doc("when bytes came and how many: (ms from the call's start, bytes as sent)")
    )


@attrs.frozen(kw_only=True)
class WireCount:
    """How many tokens a text has, as the CLI asked and the endpoint answered. It is no call of the model."""

    start_ns: int = attrs.field(metadata=doc("when it was asked, nanoseconds since the epoch"))
    path: str = attrs.field(metadata=doc("path below the address of the endpoint"))
    query: str = attrs.field(metadata=doc("query of the address, without the question mark; empty: none"))
    request: WireBody = attrs.field(metadata=doc("body of the request"))
    status: int = attrs.field(metadata=doc("HTTP status of the answer"))
    answer: WireBody = attrs.field(metadata=doc("body of the answer"))


@attrs.frozen(kw_only=True)
class WireLine:
    """A line on call `n`: what it asked, what it was answered, more of that, or that it ended (`end_ms`).

    Where `n` is 0 it is on no call, but a `count`.
    """

    n: int = attrs.field(metadata=doc("number of the call; 0: it is no call of the model, but a `count`"))
    count: WireCount | None = attrs.field(
        default=None,
        metadata=doc("tokens of a text that the CLI asked for; null: the line is something else"),
    )
    request: WireRequest | None = attrs.field(
        default=None, metadata=doc("what the CLI asked; null: the line is something else")
    )
    answer: WireAnswer | None = attrs.field(
        default=None, metadata=doc("what the endpoint answered; null: the line is something else")
    )
    part: WirePart | None = attrs.field(
        default=None, metadata=doc("more of an answer; null: the line is something else")
    )
    end_ms: float | None = attrs.field(
        default=None,
        metadata=doc("milliseconds from the call's start to its end; null: the line is something else"),
    )
