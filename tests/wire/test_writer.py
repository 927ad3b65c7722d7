"""Writing a wire record."""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.gateway.upstream import CREDENTIALS
from cab_core.records.wire import WIRE_FILE, WireHead
from cab_core.redaction import Redactor
from cab_core.wire import bodies
from cab_core.wire.bodies import LARGEST, LONGEST
from cab_core.wire.reader import LINE, WireCall, WireReader
from cab_core.wire.writer import WireWriter
from tests.support.endpoint import KEY
from tests.support.wire import CHAT


def writer(directory: Path, **more: Any) -> WireWriter:
    """Return one that hides the key."""
    return WireWriter(
        directory / WIRE_FILE,
        "s/t/m/p/x",
        "m",
        CHAT,
        Redactor({KEY: "[key]"}),
        CREDENTIALS,
        **more,
    )


def lines_of(found: WireWriter, n: int, asked: bytes, *answers: bytes) -> list[dict[str, Any]]:
    """Return the lines of a call, as the gateway has them."""
    head = {"start_ns": 1, "method": "POST", "path": "chat/completions", "query": "", "headers": []}
    lines: list[dict[str, Any]] = [{"n": n, "request": {**head, "body": found.request(n, asked)}}]
    for tried, data in enumerate(answers, 1):
        body = found.answer(data, found.spans(data, streamed=False))
        said = {"tried": tried, "at_ms": 1.5, "status": 200, "headers": [["A", "b"]]}
        lines.append({"n": n, "answer": {**said, "body": body, "pieces": [[2, len(data)]]}})
    return [*lines, {"n": n, "end_ms": 9.0}]


def write(found: WireWriter, n: int, asked: bytes, *answers: bytes) -> None:
    """Write a call."""
    found.write(lines_of(found, n, asked, *answers))


def read(directory: Path) -> list[WireCall]:
    """Return the calls of a record."""
    return list(WireReader(directory).calls())


def test_a_call_is_read_back(tmp_path: Path) -> None:
    """With its head and its answers, of which there are several where it was tried again."""
    found = writer(tmp_path)
    write(found, 1, b'{"a": 1}', b"later", b"\xff\x00")
    found.close()
    reader = WireReader(tmp_path)
    [call] = reader.calls()
    assert reader.head == WireHead(wire=1, cell="s/t/m/p/x", model="m", protocol="openai-chat")
    assert (call.n, call.path, call.body, call.end_ms) == (1, "chat/completions", b'{"a": 1}', 9.0)
    assert [(a.tried, a.status, a.headers, a.body, a.pieces) for a in call.answers] == [
        (1, 200, (("A", "b"),), b"later", ((2, 5),)), (2, 200, (("A", "b"),), b"\xff\x00", ((2, 2),))
    ]  # fmt: skip


def test_it_can_be_read_while_it_is_written(tmp_path: Path) -> None:
    """Each call is on disk when `write` returns, without the record's end."""
    found = writer(tmp_path)
    for n in range(1, 4):
        write(found, n, b"x" * n)
        assert [call.n for call in read(tmp_path)] == list(range(1, n + 1))
    found.close()


@given(st.lists(st.tuples(st.integers(0, 5), st.binary(max_size=400), st.lists(st.binary(max_size=200), max_size=2)), max_size=12))  # fmt: skip
def test_any_calls_come_back(tmp_path_factory: pytest.TempPathFactory, calls: Sequence[Any]) -> None:
    """Whatever they ask and are answered."""
    directory = tmp_path_factory.mktemp("record")
    found, context = writer(directory), [b"%d" % n * 1200 for n in range(6)]
    for n, (which, asked, answers) in enumerate(calls, 1):
        write(found, n, context[which] + asked, *answers)
    found.close()
    assert [(c.body, [a.body for a in c.answers]) for c in read(directory)] == [
        (context[which] + asked, answers) for which, asked, answers in calls
    ]


def test_two_hundred_calls_with_a_context_of_200_kb_are_small(tmp_path: Path) -> None:
    """Under 2 MB on disk, though every call sends all that was said; of words, as in a conversation."""
    choose = random.Random(1)
    words = [
        "".join(choose.choices("abcdefghijklmnopqrstuvwxyz", k=choose.randint(2, 9))) for _ in range(20000)
    ]
    prose = lambda size: " ".join(choose.choices(words, k=size // 6))  # noqa: E731
    found, messages = writer(tmp_path), [{"role": "system", "content": prose(200_000)}]
    for n in range(1, 201):
        messages += [{"role": "assistant", "content": prose(600)}, {"role": "tool", "content": prose(1500)}]
        events = [{"choices": [{"index": 0, "delta": {"content": w}}]} for w in choose.choices(words, k=150)]
        answer = b"".join(b"data: " + json.dumps(e).encode() + b"\n\n" for e in events)
        write(found, n, json.dumps({"model": "m", "messages": messages}).encode(), answer)
    found.close()
    assert (tmp_path / WIRE_FILE).stat().st_size < 2_000_000
    assert len(read(tmp_path)[-1].body) > 500_000


def test_credentials_are_left_out_of_headers(tmp_path: Path) -> None:
    """By their names, in any case; and by what they say, under whatever name."""
    given_headers = {"Authorization": "Bearer short", "X-API-Key": "short", "Cookie": "a", "Set-Cookie": "b",
                     "X-Debug": f"key {KEY}", "Accept": "*/*"}  # fmt: skip
    assert writer(tmp_path).headers(given_headers) == [["X-Debug", "key [key]"], ["Accept", "*/*"]]


def test_a_key_in_events_that_were_sent_as_one_body_is_left_out(tmp_path: Path) -> None:
    """Piece by piece as well."""
    events = [{"choices": [{"delta": {"content": piece}}]} for piece in KEY]
    body = b"".join(b"data: " + json.dumps(e).encode() + b"\n\n" for e in events)
    found = writer(tmp_path)
    write(found, 1, b"", body)
    assert b"[key]" in read(tmp_path)[0].answers[0].body
    said = b"".join(line[39:-4] for line in read(tmp_path)[0].answers[0].body.split(b"\n\n"))
    assert KEY[5:20].encode() not in said


def test_what_is_found_is_not_told_of_the_agent(tmp_path: Path) -> None:
    """What an endpoint repeats was not left by an agent: the cell's own filter does not say that it saw it."""
    mine = Redactor({KEY: "[key]"})
    found = WireWriter(tmp_path / WIRE_FILE, "c", "m", CHAT, mine, CREDENTIALS)
    write(found, 1, b"", KEY.encode())
    assert read(tmp_path)[0].answers[0].body == b"[key]" and mine.seen == set()


def test_a_path_that_is_hidden_later_is_hidden_here(tmp_path: Path) -> None:
    """The sandbox's own is known when it is made."""
    mine = Redactor()
    found = WireWriter(tmp_path / WIRE_FILE, "c", "m", CHAT, mine, CREDENTIALS)
    mine.hide_path("/srv/scratch/cell", "$SCRATCH")
    write(found, 1, b"in /srv/scratch/cell/x")
    assert read(tmp_path)[0].body == b"in $SCRATCH/x"


@pytest.mark.parametrize("bound", ["most", "most_unpacked"])
def test_a_record_is_bounded(tmp_path: Path, bound: str) -> None:
    """Beyond it calls are told without their bodies, and how much that was; the record can be read."""
    found = writer(tmp_path, **{bound: 1000})
    for n in range(1, 30):
        write(found, n, random.Random(n).randbytes(300), b"y" * 50)
    found.close()
    calls = read(tmp_path)
    assert len(calls) == 29 and calls[0].left_out == 0 and len(calls[0].body) == 300
    assert (calls[-1].body, calls[-1].left_out, calls[-1].answers[0].left_out) == (b"", 300, 50)
    left_out = sum(c.left_out + c.answers[0].left_out for c in calls)
    assert found.left_out == left_out and f"{left_out:,} bytes" in found.notes()[0]


@pytest.mark.parametrize("character", ["x", "\n", "é", "漢", "🙂"])
def test_a_body_of_any_size_gives_a_line_that_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, character: str
) -> None:
    """However its characters are escaped; what is more than that is told."""
    monkeypatch.setattr("cab_core.wire.writer.LONGEST", 1 << 16)
    monkeypatch.setattr("cab_core.wire.reader.LINE", LINE // LONGEST * (1 << 16) + 1000)
    body = (character * (1 << 17)).encode()
    found = writer(tmp_path)
    write(found, 1, body, body)
    found.close()
    [call] = read(tmp_path)
    half = len(body) // 2
    assert call.body == call.answers[0].body == body[:half]
    assert call.left_out == call.answers[0].left_out == half and found.left_out == 2 * half


def test_what_others_go_back_to_is_never_cut() -> None:
    """A body that is kept is shorter than a text may be."""
    assert LARGEST <= LONGEST and bodies.LONGEST * 12 < LINE


def test_calls_of_several_threads_come_back(tmp_path: Path) -> None:
    """Lines of calls at the same time lie between each other; each is whole."""
    found, lock = writer(tmp_path), threading.Lock()

    def call(n: int) -> None:
        with lock:  # the gateway's loop is one thread: what goes back is written in the order it was taken
            lines = lines_of(found, n, b"c" * 2000 + b"%d" % n, b"a" * n)
            found.write(lines[:1])
        for line in lines[1:]:
            found.write([line])

    threads = [threading.Thread(target=call, args=(n,)) for n in range(1, 21)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found.close()
    calls = {c.n: c for c in read(tmp_path)}
    assert all(
        calls[n].body == b"c" * 2000 + b"%d" % n and calls[n].answers[0].body == b"a" * n
        for n in range(1, 21)
    )


def test_a_directory_that_is_not_there_is_a_note(tmp_path: Path) -> None:
    """Nothing is raised: the cell goes on."""
    found = writer(tmp_path / "nowhere")
    write(found, 1, b"x")
    found.close()
    assert found.notes() == [
        "the wire record ends early, since it could not be written: No such file or directory"
    ]


FULL = """
import random, resource, signal, sys
from pathlib import Path
from tests.wire.test_writer import write, writer
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
found = writer(Path(sys.argv[1]))
for n in range(1, 40):
    write(found, n, random.Random(n).randbytes(500))
found.close()
print(found.notes()[0])
"""


@pytest.mark.parametrize("size", [0, 20, 5_001, 8_192])
def test_where_the_disk_is_full_the_calls_before_can_be_read(tmp_path: Path, size: int) -> None:
    """The record ends, a note says so, and nothing is raised; here by a limit on the size of a file."""
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path), str(size)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "the wire record ends early, since it could not be written: File too large\n"
    if size > 1000:
        calls = read(tmp_path)
        assert len(calls) >= size // 800 - 1
        assert all(c.body == random.Random(c.n).randbytes(500) for c in calls)


def test_memory_does_not_grow_with_the_record(tmp_path: Path) -> None:
    """Of a long cell no more is kept than the last few bodies."""
    found, choose = writer(tmp_path), random.Random(1)
    for n in range(20):
        write(found, n, choose.randbytes(100_000).hex().encode())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for n in range(20, 220):
        write(found, n, choose.randbytes(100_000).hex().encode())
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # KiB; all are 40 MB
    found.close()
