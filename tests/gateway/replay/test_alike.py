"""What does not count when a request is compared with one of another day."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.gateway.replay.alike import changing, difference, lasting, lines, names


@pytest.mark.parametrize(
    ("then", "now"),
    [
        ("Today's date is Thursday, November 26, 2026", "Today's date is Friday, December 4, 2026"),
        ("<current_date>2026-11-26</current_date>", "<current_date>2027-01-03</current_date>"),
        ("2026-11-26T06:48:27.291+00:00", "2026-12-31T23:59:59.002+00:00"),
        ("id msg_019ab3-1a2b-7c3d-bb12-0f1e2d3c4b5a", "id msg_01f00b4c-dddd-7eee-aaaa-bbbbbbbbbbbb"),
        ("550e8400-e29b-41d4-a716-446655440000", "123e4567-e89b-42d3-a456-426614174000"),
        ("session ses_4f3GhT9xkQ2 begins", "session ses_0aB9cD8eF7 begins"),
        ("Wall time: 0.0231 seconds", "Wall time: 12.9 seconds"),
        ("wrote /tmp/claude-ab/xyz/out.log now", "wrote /tmp/claude-qr/uvw/out.log now"),
        ("projects/-tmp-cab-ab1cd-sandbox-work/memory", "projects/-tmp-cab-x_zuv-sandbox-work/memory"),
        ("Chunk ID: a1b2c3", "Chunk ID: defaba"),
        ("commit 1a2b3c4", "commit 9f8e7d6"),
        ("-rw-r--r-- 1 root 812 Nov 26 06:28 a.py", "-rw-r--r-- 1 root 812 Jan  3 14:01 a.py"),
    ],
)
def test_what_is_random_or_dated_does_not_count(then: str, now: str) -> None:
    """Dates, times, ids, durations, temporary files."""
    found = [b" ".join(lasting(json.dumps({"content": text}).encode()).split()) for text in (then, now)]
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("one", "other"),
    [("mend it", "break it"), ("a.py", "b.py"), ("error: no such file", "ok"), ("may I", "can I")],
)
def test_words_count(one: str, other: str) -> None:
    """Whoever asks something else is answered nothing else."""
    assert lasting(one.encode()) != lasting(other.encode())


@given(st.dictionaries(st.text(), st.integers() | st.text() | st.lists(st.text()), max_size=5), st.randoms())
def test_the_order_of_keys_does_not_count(request: dict[str, object], random: object) -> None:
    """Some CLIs put them into another order each time."""
    keys = list(request)
    random.shuffle(keys)  # type: ignore[attr-defined]
    other = json.dumps({k: request[k] for k in keys}).encode()
    assert lasting(other) == lasting(json.dumps(request).encode())


@given(st.binary(max_size=300))
def test_any_bytes_can_be_compared(body: bytes) -> None:
    """JSON or not."""
    assert lasting(body) == lasting(body)


def test_an_id_of_this_run_stands_for_one_of_the_record() -> None:
    """Not a word, nor a number that is short; nor where the two do not have as many."""
    texts = (
        "agent 550e8400-e29b-41d4-a716-446655440000 of Thursday, 3",
        "agent 123e4567-e89b-42d3-a456-426614174000 of Friday, 4",
    )
    then, now = (changing(json.dumps({"content": text}).encode()) for text in texts)
    assert names(then, now) == {
        b"550e8400-e29b-41d4-a716-446655440000": b"123e4567-e89b-42d3-a456-426614174000"
    }
    assert names(then, b"") == {} == names(then, then)


def test_lines_may_come_in_another_order() -> None:
    """As files do that a CLI keeps in a set; another line is another request."""
    bodies = [json.dumps({"content": text}).encode() for text in ("a\nb\nc\n", "a\nc\nb\n", "a\nc\nd\n")]
    one, other, odd = (lines(lasting(body)) for body in bodies)
    assert one == other != odd


def test_a_difference_is_shown_where_it_begins() -> None:
    """With a little of what stands before."""
    was, now = difference(b"x" * 500 + b"one two", b"x" * 500 + b"one six", around=10)
    assert was.endswith("two") and now.endswith("six") and len(was) < 30
