"""The conversation on a cell page: what it shows, where it is from, and what of it can be downloaded."""

from __future__ import annotations

import json
import re
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import attrs
import pytest
from click.testing import CliRunner

from cab_core.cli import site as site_command
from cab_core.gateway.protocols.openai_chat import OpenAIChat
from cab_core.records.wire import WIRE_FILE
from cab_core.site.build import build_site
from cab_core.site.parted import parted
from tests.site.made import Made, span
from tests.site.talked import long, much, ran, small

CELL = "cell/aider/acme/coder-1/mutations/off-by-one"


class Morse(OpenAIChat):
    """A protocol that is not installed."""

    name = "morse"


def built(tmp_path: Path, made: Made, **said: Any) -> Path:
    """The directory of a cell's page."""
    made.write(tmp_path / "runs")
    return build_site([tmp_path / "runs"], tmp_path / "site", **said).parent / CELL


def data(page: Path) -> dict[str, Any]:
    """What the script of a page reads."""
    html = (page / "index.html").read_text()
    found: dict[str, Any] = json.loads(html.partition('id="said">')[2].partition("</script>")[0])
    return found


def test_a_side_conversation_stands_where_it_began(tmp_path: Path) -> None:
    """And its turns are marked; a call without an answer is a turn, too."""
    turns = data(built(tmp_path, small()))["turns"]
    assert [(t["role"], t["call"], t.get("side", 0)) for t in turns] == [
        ("system", 1, 1), ("user", 1, 1), ("assistant", 1, 1), ("system", 2, 0), ("user", 2, 0),
        ("assistant", 2, 0), ("assistant", 3, 0), ("error", 4, 0), ("assistant", 5, 0),
    ]  # fmt: skip


def test_a_side_call_is_marked_among_the_calls_and_on_the_time_line(tmp_path: Path) -> None:
    """And no other."""
    html = (built(tmp_path, small()) / "index.html").read_text()
    assert re.findall(r'href="#call-(\d)">\d</a> <span class="mark">side', html) == ["1"]
    assert re.findall(r'title="(side call \d)', html) == ["side call 1"]


def test_a_turn_has_what_is_known_of_its_call(tmp_path: Path) -> None:
    """Time, tokens, dollars, its end, and whether it is among the spans and in the recording."""
    calls = data(built(tmp_path, small()))["calls"]
    assert calls["2"] == {
        "at": 2000, "ms": 200, "first": 100, "in": 200, "out": 20, "usd": 0.0012, "rec": True, "span": True,
    }  # fmt: skip
    assert calls["4"]["end"] == "✗ no answer of a model"


def test_what_a_system_says_is_kept_once_for_all_cells(tmp_path: Path) -> None:
    """Though each has its own dates and ids in it."""
    for n in (1, 2):
        made = small()
        own = [f"On 2026-01-0{n} in {n}a{n}b: ", "You are careful. " * 200]
        wire = tuple(
            (a | {"messages": [{"role": "system", "content": "".join(own)}, *a["messages"][1:]]}, b)
            for a, b in made.wire or ()
        )
        attrs.evolve(made, wire=wire, attempt=n).write(tmp_path / "runs")
    out = build_site([tmp_path / "runs"], tmp_path / "site").parent
    assert len(list((out / "said").iterdir())) == 1
    texts = [data(out / CELL / at)["turns"][3]["text"] for at in ("", "~2")]
    assert texts[0][0] == texts[1][0]
    assert [t[1] for t in texts] == [["2026-01-01", "1a1b:"], ["2026-01-02", "2a2b:"]]


def test_a_shared_text_goes_with_the_last_cell_that_has_it(tmp_path: Path) -> None:
    """Not before: pages that were not made anew still lead to it."""
    cells = [attrs.evolve(small(), attempt=n).write(tmp_path / "runs") for n in (1, 2)]
    for left in (1, 0):
        out = build_site([tmp_path / "runs"], tmp_path / "site").parent
        assert len(list((out / "said").iterdir())) == 1
        (cells[left] / WIRE_FILE).unlink()
    out = build_site([tmp_path / "runs"], tmp_path / "site").parent
    assert not (out / "said").exists()


def test_a_page_says_which_account_it_shows(tmp_path: Path) -> None:
    """The record's, with the CLI's own in a fold; or the CLI's alone, and why."""
    html = (built(tmp_path / "a", small()) / "index.html").read_text()
    assert "From the wire record: what the CLI sent" in html
    assert "<summary>The CLI's own transcript, which is its claim</summary>" in html
    html = (built(tmp_path / "b", Made()) / "index.html").read_text()
    assert "the CLI's own account, not the record of what it sent: the run kept no wire record." in html
    assert 'id="turns"' not in html


def test_a_site_for_private_code_shows_nothing_of_the_records(tmp_path: Path) -> None:
    """Neither on a page nor in an archive; what an earlier build wrote is gone."""
    page = built(tmp_path, small())
    args = ["build", str(tmp_path / "runs"), "-o", str(tmp_path / "site"), "--no-wire"]
    CliRunner().invoke(site_command.command, args, catch_exceptions=False)
    assert "this site was built without the wire records (--no-wire)" in (page / "index.html").read_text()
    files = [p.read_bytes() for p in (tmp_path / "site").rglob("*") if p.is_file() and p.suffix != ".zip"]
    assert [f for f in files if b"needle" in f or b"You are careful" in f] == []
    with zipfile.ZipFile(page / "records.zip") as archive:
        assert WIRE_FILE not in archive.namelist()


def test_a_record_that_cannot_be_read_harms_its_own_section_alone(tmp_path: Path) -> None:
    """The page says why, without a path of this machine."""
    cell = small().write(tmp_path / "runs")
    (cell / WIRE_FILE).write_bytes(b"\x28\xb5\x2f\xfd" + b"broken" * 9)
    html = (build_site([tmp_path / "runs"], tmp_path / "site").parent / CELL / "index.html").read_text()
    assert "the wire record cannot be read: wire.jsonl.zst: it cannot be unpacked" in html
    assert str(tmp_path) not in html


def test_a_record_in_a_protocol_that_nobody_knows_is_told(tmp_path: Path) -> None:
    """By its name; its plugin may be installed elsewhere."""
    from tests.support.wire import write_wire

    cell = Made().write(tmp_path / "runs")
    write_wire(cell, small().wire or (), protocol=Morse())
    html = (build_site([tmp_path / "runs"], tmp_path / "site").parent / CELL / "index.html").read_text()
    assert "morse" in html.partition("the wire record cannot be read")[2].partition("</p>")[0]


def test_the_records_can_be_downloaded(tmp_path: Path) -> None:
    """As they are; the same records make the same archive."""
    cell = small().write(tmp_path / "runs")
    out = build_site([tmp_path / "runs"], tmp_path / "site").parent
    made = (out / CELL / "records.zip").read_bytes()
    with zipfile.ZipFile(BytesIO(made)) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    names = ("calls.jsonl", "spans.jsonl", "changes.patch", "terminal.cast", WIRE_FILE)
    assert found == {name: (cell / name).read_bytes() for name in names}
    again = build_site([tmp_path / "runs"], tmp_path / "again").parent
    assert (again / CELL / "records.zip").read_bytes() == made


def test_a_long_run_has_a_small_page(tmp_path: Path) -> None:
    """Its largest parts stand beside it, each once."""
    page = built(tmp_path, long(500))
    html = (page / "index.html").read_text()
    assert len(html.encode()) < 300_000
    gone = re.findall(r'<div data-part="(\w+)"', html)
    assert "said" in gone
    assert {p.stem for p in page.glob("*.js")} == set(gone)
    assert 'id="said"' not in html


@pytest.mark.prove
def test_a_page_that_shows_much_of_everything_is_small(tmp_path: Path) -> None:
    """Logs, a patch, a recording, spans and calls, each as long as a page shows one."""
    page = built(tmp_path, much())
    assert len((page / "index.html").read_bytes()) < 300_000


def test_a_run_of_no_length_has_a_page(tmp_path: Path) -> None:
    """Though nothing can be drawn of it to scale."""
    lines = [span("m", None, "model_call", "model_call:1", 0, 0, {})]
    html = (built(tmp_path, Made(made_calls=(ran(1, 0, 0.0),), spans=lines)) / "index.html").read_text()
    assert "Time-line of the run" in html


def test_the_largest_parts_leave_a_page_first() -> None:
    """And no more of them than must."""
    parts = {"one": "x" * 200_000, "two": "y" * 190_000, "three": "z" * 400_000}
    html = "".join(f"<!--part {name}-->{text}<!--/part-->\n" for name, text in parts.items())
    files = dict(parted("at", html))
    assert list(files) == ["at/three.js", "at/one.js", "at/index.html"]
    assert "<!--" not in files["at/index.html"]
