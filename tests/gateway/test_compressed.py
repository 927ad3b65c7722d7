"""Compressed bodies: the gateway unpacks nothing that a cell sends, and little of what an endpoint sends."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.gateway.coding import decode
from cab_core.records import Limits
from tests.gateway.conftest import ASK, Client
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


@pytest.mark.parametrize("how", PACKED)
def test_a_compressed_request_is_refused_in_words(client: Client, endpoint: Endpoint, how: str) -> None:
    """However a request is compressed it is answered with what is expected, reaches nobody and is no call."""
    encoding, pack = PACKED[how]
    status, _, reply = client.call(pack(BODY), **{"Content-Encoding": encoding})
    error = json.loads(reply)["error"]
    assert (status, error["type"]) == (400, "cab_request") and "expected a JSON object" in error["message"]
    assert error["message"].endswith(f"not packed (Content-Encoding: {encoding})")
    assert (endpoint.bodies, list(client.session.calls), client.session.notes()) == ([], [], [])


@pytest.mark.parametrize(("encoding", "wbits"), [("gzip", 31), ("deflate", 15)])
def test_a_bomb_is_not_unpacked(client: Client, endpoint: Endpoint, encoding: str, wbits: int) -> None:
    """A small body that would be larger than any request is refused for what it is, not for its size."""
    status, _, reply = client.call(bomb(LIMIT * 4, wbits), **{"Content-Encoding": encoding})
    assert status == 400 and "expected a JSON object" in json.loads(reply)["error"]["message"]
    assert endpoint.bodies == []


def test_after_a_bomb_the_gateway_goes_on(client: Client) -> None:
    """The cell that sent it makes its next call."""
    client.call(bomb(LIMIT * 4, 31), **{"Content-Encoding": "gzip"})
    assert client.call(BODY)[0] == 200


def test_a_compressed_request_is_charged_to_no_limit(client: Client) -> None:
    """Where one call is allowed, it is still allowed after a request that was refused."""
    client.session.limits = Limits(wall_s=60, calls=1)
    client.call(gzip.compress(BODY), **{"Content-Encoding": "gzip"})
    assert [client.call(BODY)[0] for _ in range(2)] == [200, 429]


@pytest.mark.parametrize("encoding", ["gzip", "nonsense"])
def test_a_plain_request_with_a_label_goes_on_without_it(
    client: Client, endpoint: Endpoint, encoding: str
) -> None:
    """The body is forwarded as it was read here: a label by which another would read another is dropped."""
    assert client.call(BODY, **{"Content-Encoding": encoding})[0] == 200
    assert endpoint.bodies == [BODY] and "content-encoding" not in endpoint.headers[0]


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_a_request_over_the_limit_is_refused(client: Client, endpoint: Endpoint, encoding: str) -> None:
    """More than 32 MiB on the wire are too much, whatever they are called."""
    body = BODY[:-1] + b', "more": "%s"}' % (b" " * (LIMIT * MIB))
    status, _, reply = client.call(body, **{"Content-Encoding": encoding})
    assert status == 400 and "could not be read" in json.loads(reply)["error"]["message"]
    assert endpoint.bodies == []


def test_a_request_just_below_the_limit_is_forwarded(client: Client, endpoint: Endpoint) -> None:
    """A very long conversation is no attack: it reaches the endpoint byte for byte."""
    head = BODY[:-1] + b', "more": "'
    body = head + b" " * (LIMIT * MIB - len(head) - 2) + b'"}'
    assert client.call(body)[0] == 200
    assert endpoint.bodies == [body]


@pytest.mark.parametrize(("encoding", "wbits"), [("gzip", 31), ("x-gzip", 31), ("deflate", 15)])
def test_a_bomb_is_not_an_answer(encoding: str, wbits: int) -> None:
    """What unpacks to more than 64 MiB is not unpacked further, and counts as unreadable."""
    assert decode(encoding, bomb(READ * 2, wbits)) is None


def test_a_bomb_from_an_endpoint_is_the_endpoint_s_fault(client: Client, endpoint: Endpoint) -> None:
    """Nothing of it is passed on; the call is recorded as malformed, without counts."""
    endpoint.mode, endpoint.reply = "gzip", " " * (READ * MIB)
    with suppress(OSError):
        client.call(ASK)
    [call] = client.session.calls
    assert (call.fault, call.tokens) == ("malformed", None)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "nonsense", "gzip, gzip"])
def test_an_answer_that_cannot_be_decoded_is_known_as_such(encoding: str) -> None:
    """Bytes that are not what their label says, or whose label nobody knows, break nothing."""
    assert decode(encoding, b"\x00\xff" * 50) is None
    assert decode(encoding, BODY) is None


@given(st.binary(max_size=200), st.text(max_size=20))
def test_no_label_breaks_the_decoder(data: bytes, encoding: str) -> None:
    """Bytes are what they are under the label that means nothing; under one that nobody knows they are unread."""
    codings = {c.strip().lower() for c in encoding.split(",")}
    expected = data if codings <= {"", "identity"} else None
    assert decode(encoding, data) == expected or codings & {"gzip", "x-gzip", "deflate"}


@given(st.binary(max_size=200), st.sampled_from(["gzip", "deflate", "x-gzip, identity"]))
def test_no_body_breaks_the_decoder(data: bytes, encoding: str) -> None:
    """What is packed comes back; what only says so is known to be unreadable, or is what zlib makes of it."""
    packed = zlib.compress(data) if encoding == "deflate" else gzip.compress(data)
    assert decode(encoding, packed) == data
    assert decode(encoding, packed[:-1]) is None


WAYS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "upper case": ("GZIP", gzip.compress),
    "deflate": ("deflate", zlib.compress),
    "bare deflate": ("deflate", raw_deflate),
    "two members": ("gzip", lambda d: gzip.compress(d[:9]) + gzip.compress(d[9:])),
    "two codings": ("deflate, gzip", lambda d: gzip.compress(zlib.compress(d))),
    "with identity": ("gzip, identity", gzip.compress),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_packing_is_undone(way: str) -> None:
    """Codings in any case, in a list, of several members, bare: the body is what it was."""
    encoding, pack = WAYS[way]
    assert decode(encoding, pack(BODY)) == BODY


def unpacked(status: int, headers: Mapping[str, str], body: bytes) -> bytes:
    """Return what a client reads that undoes all that it is told."""
    assert status == 401
    return decode(headers.get("Content-Encoding", ""), body) or body


@pytest.mark.parametrize("way", [*WAYS, "unknown", "after a bomb"])
def test_an_echoed_key_does_not_reach_the_cli(client: Client, endpoint: Endpoint, way: str) -> None:
    """However an endpoint packs an error that repeats its key: the key is not passed on."""
    more = {
        "unknown": ("br", raw_deflate),
        "after a bomb": ("gzip", lambda d: bomb(READ, 31) + gzip.compress(d)),
    }
    endpoint.mode, endpoint.packing = "packed", {**WAYS, **more}[way]
    seen = unpacked(*client.call(ASK))
    assert KEY.encode() not in seen and raw_deflate(KEY.encode())[:20] not in seen
    assert KEY not in (client.session.calls[0].error or "")
