"""Logs and recordings."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cab_core.redaction import Redactor
from cab_core.trace.asciicast import Asciicast
from cab_core.trace.recording import CappedLog, Recording


@settings(max_examples=50)
@given(st.lists(st.binary(max_size=40), max_size=30))
def test_a_capped_log_keeps_beginning_and_end(tmp_path_factory, pieces: list[bytes]) -> None:
    """Whatever is written in whatever pieces, the first bytes and the last ones are there."""
    path = tmp_path_factory.mktemp("log") / "log"
    log = CappedLog(path, head=50, tail=20)
    for piece in pieces:
        log.write(piece)
    log.close()
    whole, kept = b"".join(pieces), path.read_bytes()
    assert kept.startswith(whole[:50]) and kept.endswith(whole[-20:])
    if len(whole) <= 70:
        assert kept == whole
    else:
        assert b"%d bytes left out" % (len(whole) - 70) in kept


def test_lines_are_rendered_for_the_recording_alone(tmp_path: Path) -> None:
    """An adapter's render makes the recording readable; the log holds what was printed."""
    recording = Recording(tmp_path, render=lambda line: json.loads(line)["say"])
    recording.feed("stdout", b'{"say": "one"}\n{"say"')
    recording.feed("stdout", b': "two"}\nnot json\n')
    recording.close()
    assert shown(tmp_path) == "one\r\ntwo\r\nnot json\r\n"
    assert (tmp_path / "stdout.log").read_text() == '{"say": "one"}\n{"say": "two"}\nnot json\n'


def events(directory: Path) -> list[list[object]]:
    """Return the events of a recording."""
    return [json.loads(line) for line in (directory / "terminal.cast").read_text().splitlines()[1:]]


def test_the_file_is_asciicast_v3(tmp_path: Path) -> None:
    """Header, intervals, output, marks and, last, the exit status as a text, as the format has them."""
    recording = Recording(tmp_path)
    recording.feed("stdout", b"one\n")
    recording.cast.mark("model call 1")
    recording.exit_code = 3
    recording.feed("stderr", "€".encode()[:2])
    recording.close()
    header = json.loads((tmp_path / "terminal.cast").read_text().splitlines()[0])
    assert header["version"] == 3 and header["term"] == {"cols": 100, "rows": 30, "type": "xterm-256color"}
    assert isinstance(header["timestamp"], int)
    found = events(tmp_path)
    assert [e[1:] for e in found] == [["o", "one\r\n"], ["m", "model call 1"], ["o", "\ufffd"], ["x", "3"]]
    assert all(isinstance(e[0], float) and 0 <= e[0] < 5 for e in found)


def test_an_exit_that_is_not_known_is_not_told(tmp_path: Path) -> None:
    """A process that was killed has no status of its own."""
    recording = Recording(tmp_path)
    recording.feed("stdout", b"one\n")
    recording.close()
    assert [e[1] for e in events(tmp_path)] == ["o"]


def test_intervals_add_up_to_the_times(tmp_path: Path) -> None:
    """Rounding does not grow with the number of events."""
    cast = Asciicast(tmp_path / "terminal.cast")
    start = time.monotonic() + 1
    for n in range(1000):
        cast.output("stdout", b"x", start + n / 3)
    cast.close()
    found = events(tmp_path)
    assert abs(sum(e[0] for e in found[1:]) - 333) < 1e-5


def shown(directory: Path) -> str:
    """Return all that a recording shows."""
    events = map(json.loads, (directory / "terminal.cast").read_text().splitlines()[1:])
    return "".join(e[2] for e in events)


def test_a_letter_cut_in_two_is_whole_in_the_recording(tmp_path: Path) -> None:
    """UTF-8 that comes in pieces is put together; what is no UTF-8 is replaced."""
    recording = Recording(tmp_path)
    for byte in "né".encode() + b"\xff":
        recording.feed("stdout", bytes([byte]))
    recording.close()
    assert shown(tmp_path) == "né\ufffd"


@pytest.mark.parametrize("text", ["é", "€", "🙂", "né 🙂\n"])
def test_letters_of_two_channels_do_not_mix(tmp_path: Path, text: str) -> None:
    """Both channels print the same at the same time, a byte each in turn: each letter comes out twice."""
    recording = Recording(tmp_path)
    for byte in text.encode():
        recording.feed("stdout", bytes([byte]))
        recording.feed("stderr", bytes([byte]))
    recording.close()
    assert shown(tmp_path) == "".join(2 * c for c in text).replace("\n", "\r\n")


def test_stderr_within_a_rendered_line_breaks_no_letter(tmp_path: Path) -> None:
    """Where lines of stdout are rendered, what comes on stderr meanwhile is put together by itself."""
    recording = Recording(tmp_path, render=str)
    recording.feed("stderr", "é".encode()[:1])
    recording.feed("stdout", "ü\n".encode())
    recording.feed("stderr", "é".encode()[1:])
    recording.close()
    assert shown(tmp_path) == "ü\r\né"


def test_a_letter_that_never_ended_is_told(tmp_path: Path) -> None:
    """Half a letter at the end of a channel is shown as what it is."""
    recording = Recording(tmp_path)
    recording.feed("stderr", b"x" + "€".encode()[:2])
    recording.close()
    assert shown(tmp_path) == "x\ufffd"


def test_a_line_that_is_too_long_is_not_cut_within_a_letter(tmp_path: Path) -> None:
    """A line that does not end is shown in parts, none of which begins or ends with half a letter."""
    parts: list[str] = []
    recording = Recording(tmp_path, render=lambda part: parts.append(part) or "")  # type: ignore[func-returns-value]
    line = ("€" * (2 << 20)).encode()
    for start in range(0, len(line), 65536):
        recording.feed("stdout", line[start : start + 65536])
    recording.close()
    assert len(parts) == 2 and set("".join(parts)) == {"€"}


def test_a_full_recording_renders_nothing_more(tmp_path: Path) -> None:
    """A CLI that prints without end does not keep its runner busy with what nobody will see."""
    lines: list[str] = []
    recording = Recording(tmp_path, render=lambda line: lines.append(line) or line)  # type: ignore[func-returns-value]
    for _ in range(200):
        recording.feed("stdout", b"x" * 65535 + b"\n")
    recording.close()
    assert len(lines) <= 65
    assert (tmp_path / "stdout.log").stat().st_size > 5 << 20


def test_a_line_without_an_end_is_not_held_for_ever(tmp_path: Path) -> None:
    """A CLI that prints gigabytes and no line feed costs no more memory than one that does."""
    lengths: list[int] = []
    recording = Recording(tmp_path, render=lambda line: lengths.append(len(line)) or "")  # type: ignore[func-returns-value]
    for _ in range(512):
        recording.feed("stdout", b"x" * 65536)
    recording.close()
    assert max(lengths) <= (4 << 20) + 65536 and sum(lengths) == 512 * 65536


def test_a_secret_in_pieces_is_in_no_log(tmp_path: Path) -> None:
    """Of both channels, each for itself; what waits for the rest of one is written at the end."""
    secret = "sk-4fQ7xT29bLmZ0kVwEr81"
    recording = Recording(tmp_path, secrets=Redactor({secret: "[key]"}))
    for out, err in zip(secret[:11], f"<{secret[:10]}", strict=True):
        recording.feed("stdout", out.encode())
        recording.feed("stderr", err.encode())
    recording.feed("stderr", f"{secret[10:]}>".encode())
    recording.close()
    assert (tmp_path / "stdout.log").read_text() == secret[:11]
    assert (tmp_path / "stderr.log").read_text() == "<[key]>"
    events = [json.loads(line)[2] for line in (tmp_path / "terminal.cast").read_text().splitlines()[1:]]
    assert "".join(events) in (f"<[key]>{secret[:11]}", f"{secret[:11]}<[key]>", f"<{secret[:11]}[key]>")
