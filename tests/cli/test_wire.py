"""`cab wire`: what a CLI asked its model, from the record of a cell."""

from __future__ import annotations

import json
import random
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.cli.wire_body import FOLDED, Written, shown
from cab_core.cli.wire_diff import changes
from cab_core.records.wire import WIRE_FILE
from tests.conftest import CAB, Cab
from tests.site.made import Made
from tests.support.narrow import printed
from tests.support.wire import CHAT, GEMINI, MESSAGES, PROTOCOLS
from tests.wire.test_writer import lines_of, write, writer

HELLO = {
    "model": "m",
    "messages": [{"role": "user", "content": "hi"}],
    "tools": [{"name": "ls"}, {"name": "cat"}],
}
FURTHER = {
    **HELLO,
    "messages": [*HELLO["messages"], {"role": "assistant", "content": "ho"}],
    "temperature": 0,
}
HOSTILE = "\x1b[2J\u202e\udcff"


def streamed(*pieces: str) -> bytes:
    """A stream of chat completions."""
    events = [{"choices": [{"index": 0, "delta": {"content": piece}}]} for piece in pieces]
    return b"".join(b"data: " + json.dumps(e).encode() + b"\n\n" for e in events) + b"data: [DONE]\n\n"


def record(directory: Path) -> None:
    """Write two calls: the second was tried twice, and streamed."""
    found = writer(directory)
    write(found, 1, json.dumps(HELLO).encode(), b'{"choices": [{"message": {"content": "ho"}}]}')
    write(found, 2, json.dumps(FURTHER).encode(), b"try later", streamed("he", "llo\n", "x" * 900))
    found.close()


@pytest.fixture
def cell(cab: Cab) -> Path:
    """The directory of a try with a record, in a runs directory."""
    directory = Made().write(cab.cwd / "runs")
    record(directory)
    return directory


def test_calls_are_listed(cab: Cab, cell: Path) -> None:
    """With what `calls.jsonl` knows of them; of a cell the try that stands, of a directory the one cell in it."""
    rows = cab.json("wire", str(cell), "--json")
    assert [(r["call"], r["status"], r["path"], r["ms"]) for r in rows] == [
        (1, [200], "chat/completions", 9.0), (2, [200, 200], "chat/completions", 9.0)
    ]  # fmt: skip
    assert rows[0]["asked"] == len(json.dumps(HELLO)) and rows[0]["at"].startswith("1970-01-01T00:00:00")
    assert rows[0]["ended"] == "answered" and rows[0]["usage"]["prompt"] > 0
    for directory in (cell.parent, cell.parent.parent, cab.cwd / "runs"):
        assert cab.json("wire", str(directory), "--json") == rows
    (cell / "calls.jsonl").unlink()
    assert {row["ended"] for row in cab.json("wire", str(cell), "--json")} == {None}
    assert "2 calls, POST chat/completions" in cab("wire", str(cell)).stdout


@pytest.mark.parametrize("width", [60, 80, 100])
def test_a_table_fits_the_terminal(cab: Cab, cell: Path, width: int) -> None:
    """In 80 columns a call is a line."""
    code, said = printed([str(CAB), "wire", str(cell)], width, cab.cwd, cab.env)
    assert code == 0 and max(map(len, said.split("\n"))) <= width
    assert (said.count("\n2 ") == 1) is (width >= 80)


def test_a_call_is_shown(cab: Cab, cell: Path) -> None:
    """Request and answers: JSON indented, a stream as its text, long texts cut unless they are wanted whole."""
    said = cab("wire", str(cell), "--call", "2").stdout
    assert said.startswith("Call 2: POST chat/completions, 1970-01-01T00:00:00.000+00:00, 0.009 s\n")
    assert '      "content": "hi"\n' in said and "\n  try later\n" in said
    assert "4 events\ncontent, in 3 events:\n  hello\n  xxx" in said and "more characters; --full]" in said
    assert "x" * 900 in cab("wire", str(cell), "--call", "2", "--full").stdout
    found = cab.json("wire", str(cell), "--call", "2", "--json")
    assert found["request"]["body"] == FURTHER
    assert [a["said"] for a in found["answers"]] == [{}, {"content": "hello\n" + "x" * 900}]


def test_raw_bytes_are_written(cab: Cab, cell: Path) -> None:
    """Exactly; of several answers the last."""
    for what, expected in (
        ("request", json.dumps(FURTHER).encode()),
        ("answer", streamed("he", "llo\n", "x" * 900)),
    ):
        argv = [str(CAB), "wire", str(cell), "--call", "2", "--raw", what]
        assert (
            subprocess.run(argv, capture_output=True, cwd=cab.cwd, env=cab.env, check=True).stdout == expected
        )


def test_what_a_request_adds_is_told(cab: Cab, cell: Path) -> None:
    """By its places; and the other way round what it has not."""
    added = {"role": "assistant", "content": "ho"}
    assert cab.json("wire", str(cell), "--diff", "1", "2", "--json") == {"calls": [1, 2], "by": "json", "changes": [
        {"change": "added", "where": "messages[1]", "new": added}, {"change": "added", "where": "temperature", "new": 0}
    ]}  # fmt: skip
    said = cab("wire", str(cell), "--diff", "2", "1").stdout
    assert said == f"- messages[1]: {json.dumps(added)}\n- temperature: 0\n"
    assert cab("wire", str(cell), "--diff", "1", "1").stdout == "Call 1 asks what call 1 does.\n"


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("nowhere",), "no such directory; expected a cell's directory"),
        (("rusn",), "no such directory; did you mean 'runs'?"),
        (("runs/mode/aider",), "did you mean 'runs/made/aider'?"),
        (("runs", "--call", "9"), "call 9 is not there"),
        (("runs", "--diff", "1", "9"), "has calls 1 to 2"),
        (("runs", "--raw", "answer"), "--raw goes with --call N"),
        (("runs", "--call", "1", "--raw", "anwser"), "did you mean 'answer'"),
        (("runs", "--call", "1", "--diff", "1", "2"), "give one of them"),
        (("runs", "--call", "x"), "not a valid integer"),
        (("empty",), "no cell is below it"),
        (("killed",), "a runner that was killed left killed/1.part"),
        (("two",), "2 cells are below it; name one: two/"),
        (("without",), "it was run with --no-wire, or by an earlier cab"),
    ],
)
def test_a_mistake_is_told(cab: Cab, cell: Path, args: tuple[str, ...], says: str) -> None:
    """Exit 2, what there is, and no traceback."""
    for name in ("empty", "killed/1.part"):
        (cab.cwd / name).mkdir(parents=True)
    record(cab.cwd / "killed/1.part")
    Made().write(cab.cwd / "without")
    Made().write(cab.cwd / "two")
    Made(tui="opencode").write(cab.cwd / "two")
    done = cab("wire", *args)
    assert done.returncode == 2 and "Traceback" not in done.stderr and done.stdout == ""
    assert says in " ".join(done.stderr.split())


def test_what_a_killed_runner_left_is_shown(cab: Cab) -> None:
    """A call that never ended too."""
    directory = cab.cwd / "1.part"
    directory.mkdir()
    found = writer(directory)
    write(found, 1, b"{}")
    found.write(lines_of(found, 2, b"{}", b"half")[:-1])
    data = (directory / WIRE_FILE).read_bytes()
    (directory / WIRE_FILE).write_bytes(data[:-1])
    assert [r["ms"] for r in cab.json("wire", "1.part", "--json")] == [9.0]
    (directory / WIRE_FILE).write_bytes(data)
    assert [r["ms"] for r in cab.json("wire", "1.part", "--json")] == [9.0, None]
    assert "it never ended" in cab("wire", "1.part", "--call", "2").stdout


def test_what_can_be_read_of_a_broken_record_is_shown(cab: Cab, cell: Path) -> None:
    """The calls before the fault, the fault, and exit 2."""
    found = writer(cell)
    for n in range(1, 9):
        write(found, n, random.Random(n).randbytes(5000).hex().encode())
    with (cell / WIRE_FILE).open("ab") as file:
        file.write(b"more that is nothing")
    done = cab("wire", str(cell))
    assert done.returncode == 2 and "cannot be unpacked" in done.stderr
    assert "calls, POST chat/completions" in done.stdout and "\n1 " in done.stdout


@pytest.mark.parametrize("args", [(), ("--call", "1"), ("--call", "1", "--full"), ("--diff", "1", "2")])
def test_hostile_text_is_shown_not_obeyed(cab: Cab, tmp_path: Path, args: tuple[str, ...]) -> None:
    """In a body, a header, a field's name, an event, a path."""
    found = writer(tmp_path)
    body = json.dumps({"a": HOSTILE, HOSTILE: [HOSTILE]}).encode()
    lines = lines_of(found, 1, body, HOSTILE.encode("utf-8", "surrogateescape"), streamed(HOSTILE))
    head = lines[0]["request"]
    head["headers"], head["path"], head["query"] = [[HOSTILE, HOSTILE]], HOSTILE, HOSTILE
    found.write(lines)
    write(found, 2, body[:-1] + b', "b": "' + HOSTILE.encode("utf-8", "surrogateescape") + b'"}')
    found.close()
    done = cab("wire", str(tmp_path), *args)
    assert done.returncode == 0, done.stderr
    assert not set("\x1b\u202e") & set(done.stdout) and "[2J" in done.stdout


@pytest.mark.parametrize("number", ["9" * 25, "-" + "9" * 25])
def test_a_time_that_is_none_is_no_traceback(cab: Cab, tmp_path: Path, number: str) -> None:
    """Of a stranger's record."""
    found = writer(tmp_path)
    lines = lines_of(found, 1, b"{}", b"{}")
    lines[0]["request"]["start_ns"] = int(number)
    found.write(lines)
    found.close()
    assert "at no time" in cab("wire", str(tmp_path), "--call", "1").stdout
    assert cab("wire", str(tmp_path)).returncode == 0


@pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda p: p.name)
def test_a_stream_is_put_together(protocol: Any) -> None:
    """In each protocol: what the model wrote, once, and how many events that were."""
    pieces = [protocol.piece("m", piece) for piece in ("I lo", "ok, ", "thus.")]
    body = b"".join([*protocol.opening("m", {}), *pieces])
    found = Written.of(body, protocol.written)
    assert "I look, thus." in {"".join(texts) for texts in found.texts.values()}
    assert found.events >= 3


def test_texts_that_come_between_each_other_are_told_apart() -> None:
    """Parallel tool calls, thoughts, blocks."""

    def tool(n: int, piece: str) -> dict[str, Any]:
        return {"choices": [{"delta": {"tool_calls": [{"index": n, "function": {"arguments": piece}}]}}]}

    events = [tool(0, "a"), tool(1, "x"), tool(0, "b"), tool(1, "y")]
    body = b"".join(b"data: " + json.dumps(e).encode() + b"\n\n" for e in events)
    assert ["".join(t) for t in Written.of(body, CHAT.written).texts.values()] == ["ab", "xy"]
    parts = [{"candidates": [{"content": {"parts": [{"text": t, **more}]}}]} for t, more in (("a", {"thought": True}), ("x", {}), ("b", {"thought": True}))]  # fmt: skip
    body = b"".join(b"data: " + json.dumps(e).encode() + b"\n\n" for e in parts)
    assert ["".join(t) for t in Written.of(body, GEMINI.written).texts.values()] == ["ab", "x"]


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda t: b"data: " + json.dumps({"text": t}).encode() + b"\n\n"))  # fmt: skip
def test_any_body_can_be_shown(body: bytes) -> None:
    """Whatever it holds."""
    shown(body, MESSAGES.written, full=False)


@pytest.mark.parametrize(
    "body", [b"[" * 5000 + b"]" * 5000, b'{"a":' * 5000 + b"1" + b"}" * 5000, b"1" * 9000, b"", b"NaN"]
)
def test_odd_json_can_be_shown(body: bytes) -> None:
    """Too deep, too large a number, none: as text."""
    assert shown(body, (), full=False) is not None
    assert changes(body, b"{}")[0] in ("json", "lines")


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.text("ab", max_size=2),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.sampled_from("abcd"), JSONS, max_size=4)


@given(OBJECTS, OBJECTS)
def test_there_are_changes_where_two_requests_differ(one: dict[str, Any], other: dict[str, Any]) -> None:
    """And none where they do not; each has another value before and after, and can be told."""
    how, found = changes(json.dumps(one).encode(), json.dumps(other).encode())
    assert how == "json" and bool(found) is (
        json.dumps(one, sort_keys=True) != json.dumps(other, sort_keys=True)
    )
    for change in found:
        assert change.what != "~" or json.dumps(change.old) != json.dumps(change.new)
        assert change.line(full=False).startswith(f"{change.what} {change.where}: ")
        json.dumps(change.row())


def test_what_was_put_in_between_is_added_there() -> None:
    """The messages behind it are the same, at another place; a tool that has changed is told by what did."""
    before = {"messages": ["system", "a", "b"], "tools": [{"name": "ls", "description": "x"}]}
    after = {"messages": ["system", "more", "a", "b"], "tools": [{"name": "ls", "description": "y"}]}
    _, found = changes(json.dumps(before).encode(), json.dumps(after).encode())
    assert [(c.what, c.where, c.old, c.new) for c in found] == [
        ("+", "messages[1]", None, "more"), ("~", "tools[0].description", "x", "y")
    ]  # fmt: skip


def test_what_is_no_json_is_compared_by_lines() -> None:
    """With the numbers of the lines."""
    how, found = changes(b"a\nb\nc", b"a\nc\nd")
    assert how == "lines" and [c.line(full=True) for c in found] == ['- line 2: "b"', '+ line 3: "d"']


def test_long_conversations_are_compared_at_once() -> None:
    """Thousands of entries, all of them others."""
    one, other = ({"messages": [f"{name} {n}" for n in range(5000)]} for name in ("a", "b"))
    _, found = changes(json.dumps(one).encode(), json.dumps(other).encode())
    assert len(found) == 5000


def test_a_long_text_is_cut_in_a_change() -> None:
    """Unless it is wanted whole."""
    _, [change] = changes(b"{}", json.dumps({"a": "x" * 5000}).encode())
    assert len(change.line(full=False)) < FOLDED + 100 and "x" * 5000 in change.line(full=True)


@pytest.mark.parametrize("levels", [150, 300, 600, 980, 5000])
@pytest.mark.parametrize("pair", [("[", "]"), ('{"a":', "}")], ids=["lists", "objects"])
def test_what_is_nested_deep_is_shown_and_compared(levels: int, pair: tuple[str, str]) -> None:
    """As JSON where it can be, else as the text that it is; Python's stack ends somewhere between."""
    body = f'{{"x": {pair[0] * levels}0{pair[1] * levels}}}'.encode()
    assert shown(body, (), False) and shown(b"data: " + body + b"\n\n", ("x",), True)
    assert changes(body, body.replace(b"x", b"y", 1))[1]
