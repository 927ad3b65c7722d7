"""The reference of the wire record, as somebody reads one by it."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.gateway import recorded
from cab_core.gateway.upstream import CREDENTIALS
from cab_core.records.schema import check, schema_of
from cab_core.records.wire import WIRE_FILE, WireLine
from cab_core.wire import bodies, reader, writer
from tests.wire.test_writer import lines_of, write
from tests.wire.test_writer import writer as begun

PAGE = (Path(__file__).parents[2] / "docs/reference/wire.md").read_text()


def block(kind: str) -> str:
    """Return the page's block of a kind."""
    [found] = re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.M | re.S)
    return str(found)


@given(st.lists(st.binary(max_size=99), max_size=8))
def test_the_page_s_program_reads_requests(
    tmp_path_factory: pytest.TempPathFactory, added: list[bytes]
) -> None:
    """As they were sent, each from what it adds to an earlier one; also before the record has its end."""
    directory, scope, sent = tmp_path_factory.mktemp("record"), dict[str, Any](), []
    exec(block("python"), scope)
    found = begun(directory)
    for n, data in enumerate(added, 1):
        sent.append((sent[-1][1] if sent else b"c" * 2000) + data if n % 3 else b"another" + data)
        sent[-1] = (n, sent[-1])
        write(found, n, sent[-1][1], b"answer")
    assert list(scope["requests"](directory / WIRE_FILE)) == sent
    found.close()
    assert list(scope["requests"](directory / WIRE_FILE)) == sent


def test_the_page_s_command_prints_the_path_of_each_call(tmp_path: Path) -> None:
    """What jq is told to print is in the lines, by these keys."""
    [command] = block("bash").splitlines()
    assert command.startswith(
        f"zstd -dcq {WIRE_FILE} | jq -c 'select(.request) | [.n, .request.path, .request.body.like]'"
    )
    lines = lines_of(begun(tmp_path), 1, b"x", b"y")
    assert [line["n"] for line in lines if "request" in line] == [1]
    assert {"path", "body"} <= lines[0]["request"].keys() and "like" in lines[0]["request"]["body"]


def test_the_page_names_every_key() -> None:
    """And says what it holds."""
    keys = {
        key
        for name, part in schema_of(WireLine)["$defs"].items()
        if name != "WireLine"
        for key in part["properties"]
    }
    assert {key for key in keys if f"`{key}`" not in PAGE} == set()


def test_lines_fit_the_schema(tmp_path: Path) -> None:
    """Those that are written."""
    for line in lines_of(begun(tmp_path), 1, random.Random(1).randbytes(99), b"y"):
        check(
            {"request": None, "answer": None, "part": None, "end_ms": None, **json.loads(json.dumps(line))},
            WireLine,
            "line",
        )


def test_the_page_s_bounds_are_those() -> None:
    """Of what is kept and of what is read, and the headers that are not."""
    said = {
        f"window of {1 << writer._WINDOW >> 20} MiB": "written", f"more than {recorded._PART >> 10} KiB is written in parts": "parts",
        f"beyond {recorded._LONGEST >> 20} MiB as it came": "answer", f"beyond {bodies.LONGEST >> 20} Mi characters": "text",
        f"{writer.MOST >> 20} MiB on disk or {writer.MOST_UNPACKED >> 30} GiB unpacked": "record",
        f"more than {reader.LINE >> 20} MiB, no more than {reader.LIMIT >> 30} GiB unpacked": "reading",
        f"window of more than {1 << reader._WINDOW >> 20} MiB": "reading", f"{reader.LINES:,} lines": "reading",
        f"answer of more than {reader.ANSWER >> 20} MiB": "reading", f"for more than {reader.MADE >> 30} GiB": "reading",
    }  # fmt: skip
    page = " ".join(PAGE.split())
    assert [text for text in said if text not in page] == []
    assert [name for name in CREDENTIALS if name.lower() not in page.lower()] == []
