"""Reading a wire record that was cut, or that a stranger made."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import example, given
from hypothesis import strategies as st

from cab_core.errors import UserError
from cab_core.records.wire import WIRE_FILE
from cab_core.wire import reader
from cab_core.wire.reader import WireReader
from tests.wire.test_writer import lines_of, read, write, writer

HEAD = {"wire": 1, "cell": "c", "model": "m", "protocol": "openai-chat"}
BODY = {"text": "x"}
REQUEST = {"start_ns": 1, "method": "POST", "path": "p", "query": "", "headers": [], "body": BODY}
ANSWER = {"tried": 1, "at_ms": 1, "status": 200, "headers": [], "body": BODY, "pieces": []}


def packed(*lines: object, window: int = 20) -> bytes:
    """Return lines as a record has them: objects as JSON, bytes as they are."""
    data = b"".join(line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n" for line in lines)
    params = zstandard.ZstdCompressionParameters.from_level(3, window_log=window)
    return zstandard.ZstdCompressor(compression_params=params).compress(data)


def put(directory: Path, *lines: object) -> Path:
    """Write a record; return the directory."""
    (directory / WIRE_FILE).write_bytes(packed(*lines))
    return directory


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A record of some calls, two of them at the same time."""
    directory = tmp_path_factory.mktemp("whole")
    found, choose = writer(directory), random.Random(1)
    for n in range(1, 9):
        write(found, n, b"context " * 300 + choose.randbytes(99), choose.randbytes(200))
    first, second = (lines_of(found, n, b"context " * 300 + b"%d" % n, b"answer") for n in (9, 10))
    for pair in zip(first, second, strict=True):
        found.write(list(pair))
    found.close()
    return (directory / WIRE_FILE).read_bytes()


@given(st.data())
def test_a_file_that_was_cut_gives_the_calls_before(
    recorded: bytes, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """At any byte: a prefix of the calls, each as it was; of those under way what there is. Nothing is raised
    but that there is nothing."""
    directory = tmp_path_factory.mktemp("cut")
    (directory / WIRE_FILE).write_bytes(recorded)
    whole = read(directory)
    size = data.draw(st.integers(0, len(recorded)))
    (directory / WIRE_FILE).write_bytes(recorded[:size])
    try:
        calls = read(directory)
    except UserError as exc:
        assert size < 200 and "there is nothing in it" in str(exc)
        return
    ended = [c for c in calls if c.end_ms is not None]
    assert ended == whole[: len(ended)]
    assert all(c.body == next(w.body for w in whole if w.n == c.n) for c in calls)


def test_all_that_was_written_before_a_cut_is_there(recorded: bytes, tmp_path: Path) -> None:
    """A call is lost only where the cut is before its own end."""
    found, sizes = writer(tmp_path), []
    for n in range(1, 6):
        write(found, n, random.Random(n).randbytes(300))
        sizes.append((tmp_path / WIRE_FILE).stat().st_size)
    data = (tmp_path / WIRE_FILE).read_bytes()
    for n, size in enumerate(sizes, 1):
        (tmp_path / WIRE_FILE).write_bytes(data[:size])
        assert len(read(tmp_path)) == n


@given(st.integers(0, 10_000), st.integers(0, 255))
def test_a_byte_that_is_another_breaks_nothing(
    recorded: bytes, tmp_path_factory: pytest.TempPathFactory, at: int, byte: int
) -> None:
    """It is read, or is a user's error that names the file."""
    directory = tmp_path_factory.mktemp("broken")
    at %= len(recorded)
    (directory / WIRE_FILE).write_bytes(recorded[:at] + bytes([byte]) + recorded[at + 1 :])
    try:
        read(directory)
    except UserError as exc:
        assert WIRE_FILE in str(exc)


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("\ud800"),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [*REQUEST, *ANSWER, "n", "request", "answer", "part", "end_ms", "like", "first", "text"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)
LINES = JSONS | st.fixed_dictionaries({"n": st.integers(0, 2)}, optional={
    "request": st.just(REQUEST) | JSONS,
    "answer": st.just(ANSWER) | JSONS,
    "part": st.just({"body": BODY, "pieces": []}) | JSONS,
    "end_ms": st.just(1) | JSONS,
})  # fmt: skip


@given(st.lists(LINES, max_size=6))
@example([{"n": 1, "request": {**REQUEST, "body": {"text": "\ud800"}}}])
def test_no_lines_break_the_reader(tmp_path_factory: pytest.TempPathFactory, lines: list[Any]) -> None:
    """Whatever JSON says: calls, or a user's error."""
    try:
        read(put(tmp_path_factory.mktemp("odd"), HEAD, *lines))
    except UserError as exc:
        assert WIRE_FILE in str(exc)


def _begun(n: int, **body: object) -> dict[str, object]:
    return {"n": n, "request": {**REQUEST, "body": {**BODY, **body}}}


WRONG: dict[str, tuple[tuple[object, ...], str]] = {
    "no head": ((), "there is nothing in it"),
    "an unfinished head": ((b'{"wire": 1',), "there is nothing in it"),
    "another version": (({**HEAD, "wire": 2},), "version 2 of the format; this cab reads version 1"),
    "another file": (({"n": 1},), "not a WireHead"),
    "no JSON": ((HEAD, b"hello\n"), "cannot be read as JSON"),
    "no object": ((HEAD, [1]), "expected a WireLine"),
    "no UTF-8": ((HEAD, b'{"n": "\xff"}\n'), "cannot be read as JSON"),
    "deep": ((HEAD, b"[" * 100_000 + b"\n"), "at most 100 levels"),
    "a text for no bytes": ((HEAD, _begun(1, text="\ud800")), "stands for no bytes"),
    "a call that was not asked": ((HEAD, {"n": 7, "end_ms": 1}), "call 7 has no request"),
    "a call that was asked twice": ((HEAD, _begun(1), _begun(1)), "two requests"),
    "a part of nothing": ((HEAD, _begun(1), {"n": 1, "part": {"body": BODY, "pieces": []}}), "no answer"),
    "back to what is not there": ((HEAD, _begun(1, like=9, first=1)), "goes back to what call 9"),
    "back to itself": ((HEAD, _begun(1, like=1, first=1)), "goes back to what call 1"),
    "back to too much": ((HEAD, _begun(1), _begun(2, like=1, first=1, last=1)), "goes back to what call 1"),
    "back to less than nothing": ((HEAD, _begun(1), _begun(2, like=1, first=-1)), "goes back to what call 1"),
    "without like": ((HEAD, _begun(1, first=1)), "goes back to"),
    "a piece of less than nothing": (
        (HEAD, _begun(1), {"n": 1, "answer": {**ANSWER, "pieces": [[0, 9], [0, -8]]}}),
        "less than no bytes",
    ),
    "NaN": ((HEAD, b'{"n": 1, "end_ms": NaN}\n'), "NaN is no number in JSON"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_record_is_told(tmp_path: Path, name: str) -> None:
    """In a sentence that names the file."""
    lines, said = WRONG[name]
    with pytest.raises(UserError, match=WIRE_FILE) as told:
        read(put(tmp_path, *lines))
    assert said in str(told.value)


def link(path: Path) -> None:
    """Lead elsewhere."""
    (path.parent / "real").write_bytes(packed(HEAD))
    path.symlink_to(path.parent / "real")


NO_FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a link": (link, "expected a regular file"),
    "a pipe": (os.mkfifo, "expected a regular file"),
    "a directory": (Path.mkdir, "expected a regular file"),
    "no file": (lambda path: None, "it was run with --no-wire, or by an earlier cab"),
    "an empty file": (Path.touch, "there is nothing in it"),
    "a file that is not packed": (lambda path: path.write_text("{}\n"), "cannot be unpacked"),
    "a file behind which there is more": (lambda path: path.write_bytes(packed(HEAD) + b"more" * 9), "cannot be unpacked"),
    "a window of a gigabyte": (lambda path: path.write_bytes(b"\x28\xb5\x2f\xfd\x00\xa0" + b"\x00" * 20), "cannot be unpacked"),
}  # fmt: skip


@pytest.mark.parametrize("name", NO_FILES)
def test_what_is_no_file_of_ours_is_told(tmp_path: Path, name: str) -> None:
    """Nothing is followed or waited for."""
    make, said = NO_FILES[name]
    make(tmp_path / WIRE_FILE)
    with pytest.raises(UserError) as told:
        read(tmp_path)
    assert said in str(told.value)


MEASURED = """
import re, sys
from pathlib import Path
from cab_core.errors import UserError
from cab_core.wire.reader import WireReader
most = lambda: int(re.search("VmHWM:.*?([0-9]+) kB", Path("/proc/self/status").read_text())[1])
before = most()
try:
    for call in WireReader(Path(sys.argv[1])).calls():
        pass
except UserError as exc:
    print(exc)
print((most() - before) // 1024)
"""


def grows(n: int) -> dict[str, object]:
    """A request that repeats all of the one before it, and adds a megabyte."""
    return _begun(n, text="x" * (1 << 20), **({"like": n - 1, "first": (n - 1) << 20} if n > 1 else {}))


BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "one line": (lambda: packed(HEAD, b"x" * (110 << 20)), "expected lines of less than"),
    "one text": (lambda: packed(HEAD, b'"' + b"\\n" * (55 << 20)), "expected lines of less than"),
    "pieces": (lambda: packed(HEAD, b'{"n": 1, "part": {"pieces": [' + b"[1,1]," * (8 << 20) + b"]}}\n"), "besides its texts"),
    "what goes back and back": (lambda: packed(HEAD, *map(grows, range(1, 40))), "does not have"),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_told_before_it_fills_the_memory(tmp_path: Path, name: str) -> None:
    """A small file that would be large: what it is, within a bounded memory."""
    make, said = BOMBS[name]
    (tmp_path / WIRE_FILE).write_bytes(make())
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(tmp_path)], capture_output=True, text=True, timeout=120
    )
    told, _, used = done.stdout.strip().rpartition("\n")
    assert said in told and int(used) < 700, (told, used, done.stderr)


def test_calls_that_do_not_end_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small lines that go back to a large one are as large as that."""
    monkeypatch.setattr(reader, "HELD", 20 << 20)
    lines = (_begun(n, text="", like=0, first=4 << 20) for n in range(1, 30))
    with pytest.raises(UserError, match="calls that do not end hold more than 20,971,520 bytes"):
        read(put(tmp_path, HEAD, _begun(0, text="x" * (4 << 20)), *lines))


def test_all_of_it_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines without end are not read to the end."""
    monkeypatch.setattr(reader, "LIMIT", 50_000)
    lines = [line for n in range(1, 2000) for line in (_begun(n), {"n": n, "end_ms": 1})]
    with pytest.raises(UserError, match="50,000 in all"):
        read(put(tmp_path, HEAD, *lines))


@pytest.mark.parametrize(
    ("bound", "said"),
    [("MADE", "stand for more"), ("LINES", "in all, 10 lines"), ("ANSWER", "an answer has more")],
)
def test_what_few_bytes_stand_for_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: str, said: str
) -> None:
    """Requests that go back to one that is long, lines without end, an answer in many parts."""
    monkeypatch.setattr(reader, bound, 10)
    part = {"n": 1, "part": {"body": BODY, "pieces": []}}
    back = [_begun(n, like=n - 1, first=1) for n in range(2, 12)]
    lines = back if bound == "MADE" else [{"n": 1, "answer": ANSWER}, *([part] * 12)]
    with pytest.raises(UserError, match=said):
        read(put(tmp_path, HEAD, _begun(1), *lines))


def test_calls_come_as_they_end(tmp_path: Path) -> None:
    """Those at the same time in the order of their ends; at last those that never did, without one."""
    end = {"end_ms": 5}
    put(
        tmp_path,
        HEAD,
        _begun(1),
        _begun(2),
        _begun(3),
        {"n": 3, **end},
        {"n": 1, "answer": ANSWER},
        {"n": 1, **end},
    )
    calls = list(WireReader(tmp_path).calls())
    assert [(c.n, c.end_ms, len(c.answers)) for c in calls] == [(3, 5, 0), (1, 5, 1), (2, None, 0)]


def test_an_answer_in_parts_is_put_together(tmp_path: Path) -> None:
    """Each part to the answer before it, of which a retry is another."""
    part = {"n": 1, "part": {"body": {"text": "y", "left_out": 4}, "pieces": [[3, 1]]}}
    put(tmp_path, HEAD, _begun(1), {"n": 1, "answer": ANSWER}, part, part, {"n": 1, "answer": {**ANSWER, "tried": 2, "coding": "gzip"}}, part)  # fmt: skip
    [call] = read(tmp_path)
    assert [(a.tried, a.body, a.pieces, a.coding, a.left_out) for a in call.answers] == [
        (1, b"xyy", ((3, 1), (3, 1)), None, 8), (2, b"xy", ((3, 1),), "gzip", 4)
    ]  # fmt: skip


def test_nothing_of_it_is_left_open(tmp_path: Path) -> None:
    """Also where it is not read to its end."""
    write(found := writer(tmp_path), 1, b"x")
    found.close()
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        next(WireReader(tmp_path).calls())
    assert len(os.listdir("/proc/self/fd")) <= before + 1
