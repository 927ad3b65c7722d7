"""Cutting a stream into events."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cab_core.gateway.events import EventSplitter, begins_a_stream, event_data


@given(
    st.lists(
        st.tuples(
            st.binary(max_size=30).filter(lambda b: b"\n" not in b and b"\r" not in b),
            st.sampled_from([b"\n\n", b"\r\n\r\n", b"\r\r", b"\n\r\n", b"\r\n\n"]),
        ),
        max_size=5,
    ),
    st.data(),
)
def test_events_do_not_depend_on_how_the_bytes_are_cut(
    sent: list[tuple[bytes, bytes]], data: st.DataObject
) -> None:
    """However a stream is cut into pieces, and whatever ends its lines, the events and the bytes are the same."""
    stream = b"".join(b"data: " + payload + end for payload, end in sent)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    splitter, events = EventSplitter(), []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        splitter.push(stream[start:end])
        events += iter(splitter.event, None)
    assert b"".join(events) + splitter.flush() == stream
    assert [event_data(e) for e in events] == [payload.lstrip(b" ") for payload, _ in sent]


def test_a_large_event_in_small_pieces_is_read_in_one_pass() -> None:
    """What was looked through is not looked through again: else this takes minutes, and all cells wait."""
    splitter, piece = EventSplitter(), b"x" * 16384
    for _ in range(2048):
        splitter.push(piece)
        assert splitter.event() is None
    splitter.push(b"\n\n")
    event = splitter.event()
    assert event is not None and len(event) == 2048 * len(piece) + 2 and splitter.flush() == b""


def test_a_byte_order_mark_before_a_stream_is_no_part_of_it() -> None:
    """As the standard has it: the first event is read like the others."""
    first = b"\xef\xbb\xbfdata: {}\n\n"
    assert begins_a_stream(first) and event_data(first) == b"{}"
