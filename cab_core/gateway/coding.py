"""Undoing a Content-Encoding, for the record alone."""

from __future__ import annotations

import zlib

_LARGEST = 64 << 20  # bytes of one body that are looked at


def decode(encoding: str, data: bytes) -> bytes | None:
    """Undo a Content-Encoding (RFC 9110, 8.4); None where it is not known, broken, or unpacks to too much."""
    found: bytes | None = data
    for coding in reversed([c.strip().lower() for c in encoding.split(",")]):
        if coding in ("", "identity") or found is None:
            continue
        if coding in ("gzip", "x-gzip"):
            found = _members(found, 31)
        elif coding == "deflate":
            # Some send it bare, without zlib's own head and sum.
            found = _members(found, 15) if found[:1] == b"\x78" else _members(found, -15)
        else:
            return None
    return found


def _members(data: bytes, wbits: int) -> bytes | None:
    """Unpack all members of a compressed body."""
    out = bytearray()
    while data:
        unpacker = zlib.decompressobj(wbits)
        try:
            out += unpacker.decompress(data, _LARGEST + 1 - len(out))
        except zlib.error:
            return None
        if not unpacker.eof or len(out) > _LARGEST:
            return None
        data = unpacker.unused_data
    return bytes(out)
