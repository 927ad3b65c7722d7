"""Compressed bodies: the gateway unpacks nothing that a cell sends, and little of what an endpoint sends."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cab_core.gateway.server import Gateway
from cab_core.gateway.session import CellSession, new_token
from cab_core.gateway.upstream import EndpointUpstream
from cab_core.gateway.wire import Decoder
from cab_core.plugins.protocols import StopSignal
from cab_core.records import Limits
from tests.gateway.test_relay import ASK, Client
from tests.support.endpoint import KEY, Endpoint

BODY = json.dumps(ASK).encode()
MIB = 1 << 20
LIMIT = 32  # MiB of a request
READ = 64  # MiB of an answer that are looked at


def raw_deflate(data: bytes) -> bytes:
    """Return what some send as `deflate`: without zlib's head."""
    return zlib.compress(data)[2:-4]


PACKED: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "deflate": ("deflate", zlib.compress),
    "raw deflate": ("deflate", raw_deflate),
    "gzip that is cut": ("gzip", lambda data: gzip.compress(data)[:-9]),
    "br": ("br", lambda data: b"\x0b\x1f\x80" + data + b"\x03"),  # stored, not compressed
}


def bomb(megabytes: int, wbits: int) -> bytes:
    """Return a request that is small, and so many megabytes when it is unpacked."""
    packer = zlib.compressobj(9, zlib.DEFLATED, wbits)
    pieces = [packer.compress(BODY[:-1] + b', "more": "')]
    pieces += [packer.compress(b" " * MIB) for _ in range(megabytes)]
    return b"".join([*pieces, packer.compress(b'"}'), packer.flush()])


@pytest.fixture
def cell(tmp_path: Path, endpoint: Endpoint) -> Iterator[Client]:
    """A gateway in front of the endpoint, and one cell."""
    with Gateway() as gateway:
        session = CellSession(
            token=new_token(),
            model="m",
            upstream=EndpointUpstream(endpoint.url, KEY),
            limits=Limits(wall_s=60),
            record=tmp_path / "calls.jsonl",
            stop=StopSignal(),
        )
        gateway.open(session)
        yield Client(gateway, session)
        gateway.close(session)


@pytest.mark.parametrize("how", PACKED)
def test_a_compressed_request_is_refused_in_words(cell: Client, endpoint: Endpoint, how: str) -> None:
    """However a request is compressed it is answered with what is expected, reaches nobody and is no call."""
    encoding, pack = PACKED[how]
    status, _, reply = cell.call(pack(BODY), **{"Content-Encoding": encoding})
    error = json.loads(reply)["error"]
    assert (status, error["type"]) == (400, "cab_request") and "expected a JSON object" in error["message"]
    assert (endpoint.bodies, cell.session.calls, cell.session.notes()) == ([], [], [])


@pytest.mark.parametrize(("encoding", "wbits"), [("gzip", 31), ("deflate", 15)])
def test_a_bomb_is_not_unpacked(cell: Client, endpoint: Endpoint, encoding: str, wbits: int) -> None:
    """A small body that would be larger than any request is refused for what it is, not for its size."""
    status, _, reply = cell.call(bomb(LIMIT * 4, wbits), **{"Content-Encoding": encoding})
    assert status == 400 and "expected a JSON object" in json.loads(reply)["error"]["message"]
    assert endpoint.bodies == []


def test_after_a_bomb_the_gateway_goes_on(cell: Client) -> None:
    """The cell that sent it makes its next call."""
    cell.call(bomb(LIMIT * 4, 31), **{"Content-Encoding": "gzip"})
    assert cell.call(BODY)[0] == 200


def test_a_compressed_request_is_charged_to_no_limit(cell: Client) -> None:
    """Where one call is allowed, it is still allowed after a request that was refused."""
    cell.session.limits = Limits(wall_s=60, calls=1)
    cell.call(gzip.compress(BODY), **{"Content-Encoding": "gzip"})
    assert [cell.call(BODY)[0] for _ in range(2)] == [200, 429]


@pytest.mark.parametrize("encoding", ["gzip", "nonsense"])
def test_a_plain_request_with_a_label_goes_on_as_it_came(
    cell: Client, endpoint: Endpoint, encoding: str
) -> None:
    """What the label says is the endpoint's to judge: body and label are forwarded unchanged."""
    assert cell.call(BODY, **{"Content-Encoding": encoding})[0] == 200
    assert (endpoint.bodies, endpoint.headers[0]["content-encoding"]) == ([BODY], encoding)


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_a_request_over_the_limit_is_refused(cell: Client, endpoint: Endpoint, encoding: str) -> None:
    """More than 32 MiB on the wire are too much, whatever they are called."""
    body = BODY[:-1] + b', "more": "%s"}' % (b" " * (LIMIT * MIB))
    status, _, reply = cell.call(body, **{"Content-Encoding": encoding})
    assert status == 400 and "could not be read" in json.loads(reply)["error"]["message"]
    assert endpoint.bodies == []


def test_a_request_just_below_the_limit_is_forwarded(cell: Client, endpoint: Endpoint) -> None:
    """A very long conversation is no attack: it reaches the endpoint byte for byte."""
    head = BODY[:-1] + b', "more": "'
    body = head + b" " * (LIMIT * MIB - len(head) - 2) + b'"}'
    assert cell.call(body)[0] == 200
    assert endpoint.bodies == [body]


@pytest.mark.parametrize(("encoding", "wbits"), [("gzip", 31), ("x-gzip", 31), ("deflate", 15)])
def test_of_a_bomb_from_an_endpoint_little_is_unpacked(encoding: str, wbits: int) -> None:
    """An answer is decoded for the record up to 64 MiB, and no further."""
    assert len(Decoder(encoding).feed(bomb(READ * 2, wbits))) == READ * MIB


def test_a_bomb_from_an_endpoint_is_passed_on_and_its_usage_unknown(cell: Client, endpoint: Endpoint) -> None:
    """The CLI gets the answer as it came; the call is recorded without counts."""
    endpoint.mode, endpoint.reply = "gzip", " " * (READ * MIB)
    status, headers, reply = cell.call(ASK)
    assert (status, headers["Content-Encoding"], reply[:2]) == (200, "gzip", b"\x1f\x8b")
    [call] = cell.session.calls
    assert (call.status, call.fault, call.tokens) == (200, None, None)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "nonsense", "gzip, gzip"])
def test_an_answer_that_cannot_be_decoded_is_empty_for_the_record(encoding: str) -> None:
    """Bytes that are not what their label says, or whose label nobody knows, break nothing."""
    decoder = Decoder(encoding)
    assert [decoder.feed(piece) for piece in (b"\x00\xff" * 50, BODY)] == [b"", b""]
