"""What two bodies have in common."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cab_core.wire.alike import alike

BYTES = st.binary(max_size=60)
TEXTS = st.text("aé漢🙂", max_size=40).map(str.encode)


@given(BYTES, BYTES, BYTES, BYTES)
def test_what_is_said_to_be_the_same_is(start: bytes, one: bytes, other: bytes, end: bytes) -> None:
    """The beginning and the end are equal, do not lie across each other, and no byte more could be taken."""
    a, b = start + one + end, start + other + end
    first, last = alike(a, b)
    assert first + last <= min(len(a), len(b))
    assert a[:first] == b[:first] and a[len(a) - last :] == b[len(b) - last :]


@given(st.integers(0, (1 << 17) - 1))
def test_long_ones_are_compared_to_the_byte(at: int) -> None:
    """Beyond the blocks in which they are compared: all but the one byte that is another, wherever it is."""
    data = b"x" * (1 << 17)
    assert alike(data, data[:at] + b"y" + data[at + 1 :]) == (at, len(data) - 1 - at)


@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_no_character_is_cut(start: bytes, one: bytes, other: bytes, end: bytes) -> None:
    """What is new of a body in UTF-8 is UTF-8 by itself."""
    body = start + other + end
    first, last = alike(start + one + end, body)
    body[first : len(body) - last].decode()


@given(st.binary(max_size=40))
def test_a_body_is_all_alike_to_itself(data: bytes) -> None:
    """Nothing of it is new, also where it is no UTF-8."""
    first, last = alike(data, data)
    assert first + last >= len(data) - 4


def test_a_body_of_broken_characters_costs_no_time() -> None:
    """A beginning without any character's end is not gone through byte by byte."""
    data = b"\x80" * (4 << 20)
    first, last = alike(data, data + b"\x80")
    assert len(data) - 8 <= first + last <= len(data)
