"""`cab export` as a user types it: one table in three formats, streamed, whole or not at all."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cab_core.export.columns import columns_for
from cab_core.store.cells import Store
from tests.conftest import CAB, Cab
from tests.site.made import Made

WHY = '=HYPERLINK("http://x")\x00\x1b[31m\n"two"'


def write_cells(cab: Cab, **more: object) -> None:
    """One cell with a hostile reason, one without a verdict, one of a script."""
    runs = cab.cwd / "runs"
    Made(why=WHY, **more).write(runs)  # type: ignore[arg-type]
    Made(task="mutations/two", outcome="infra_upstream", tokens=None).write(runs)
    Made(task="mutations/three", marks=("scripted",)).write(runs)


def test_all_formats_hold_the_same(cab: Cab) -> None:
    """Columns, rows and values, but for what CSV cannot hold; the scripted cell is left out and counted."""
    import pyarrow.parquet as pq

    write_cells(cab)
    for form in ("csv", "jsonl", "parquet"):
        told = cab.json("export", f"--{form}", "-o", f"cells.{form}", "--json")
        assert (told["rows"], told["file"], told["left_out"]) == (2, f"cells.{form}", 1)
    lines = [json.loads(line) for line in (cab.cwd / "cells.jsonl").read_text().splitlines()]
    table = pq.read_table(cab.cwd / "cells.parquet")
    with (cab.cwd / "cells.csv").open(newline="", encoding="utf-8") as file:
        plain = list(csv.DictReader(file))
    columns = columns_for({})
    names = [c.name for c in columns]
    assert list(lines[0]) == list(plain[0]) == table.column_names == names
    for line, shown, kept in zip(lines, plain, table.to_pylist(), strict=True):
        for column in columns:
            value = line[column.name]
            text = json.dumps(value) if column.type == "json" else value
            assert kept[column.name] == text
            if column.name != "why":
                assert shown[column.name] == (
                    "" if value is None else text if isinstance(text, str) else json.dumps(text)
                )
    assert lines[0]["why"] == WHY and plain[0]["why"] == "'" + WHY.replace("\x00", "␀").replace("\x1b", "␛")
    assert lines[1]["tokens_total"] is None and plain[1]["tokens_total"] == ""
    [described] = [f for f in table.schema if f.name == "wall_ms"]
    assert described.metadata[b"unit"] == b"milliseconds" and described.metadata[b"empty"] == b"it never ran"


def test_a_table_goes_to_standard_output(cab: Cab) -> None:
    """Where no file is named; what is to be said goes elsewhere."""
    write_cells(cab)
    done = cab("export", "--jsonl")
    assert [json.loads(line)["task"] for line in done.stdout.splitlines()] == [
        "mutations/off-by-one",
        "mutations/two",
    ]
    assert "1 cell of scripted models left out" in done.stderr


def test_what_is_no_file_is_written_to_as_it_is(cab: Cab) -> None:
    """A pipe, and so `/dev/null` and `/dev/stdout`, stays what it is; behind a link lies the table."""
    write_cells(cab)
    os.mkfifo(cab.cwd / "pipe")
    with subprocess.Popen(["cat", "pipe"], cwd=cab.cwd, stdout=subprocess.PIPE, text=True) as reader:
        done = cab("export", "--jsonl", "-o", "pipe")
        if not (cab.cwd / "pipe").is_fifo():
            reader.kill()
        assert done.returncode == 0 and len(reader.communicate()[0].splitlines()) == 2
    (cab.cwd / "link").symlink_to("there")
    for _ in range(2):
        assert cab("export", "--csv", "-o", "link").returncode == 0
        assert (cab.cwd / "link").is_symlink() and (cab.cwd / "there").read_text().startswith("cell_id,")


def test_axes_of_plugins_are_columns(cab: Cab) -> None:
    """Also where one cell alone has it."""
    write_cells(cab, headlines={"tidiness": 7.0})
    rows = [json.loads(line) for line in cab("export", "--jsonl").stdout.splitlines()]
    assert [row["axis_tidiness"] for row in rows] == [7.0, None]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ([], "expected one of --csv, --jsonl, --parquet, --swebench, --atif; got none"),
        (["--csv", "--jsonl"], "got --csv and --jsonl"),
        (["--parquet"], "expected -o with a file"),
        (["--swebench"], "expected -o with a directory"),
        (["--csv", "--json"], "expected -o with a file"),
        (["--csv", "-o", "."], "is a directory"),
        (["--csv", "-o", "nowhere/x.csv"], "cannot be written: No such file or directory"),
    ],
)
def test_what_cannot_be_meant_is_told(cab: Cab, args: list[str], said: str) -> None:
    """Exit 2, and what was expected."""
    write_cells(cab)
    done = cab("export", *args)
    assert done.returncode == 2 and said in f"{' '.join((done.stderr + done.stdout).split())}"


def test_a_table_that_cannot_be_finished_is_not_there(cab: Cab) -> None:
    """What was there before stays, and nothing is left beside it."""
    write_cells(cab)
    (cab.cwd / "cells.csv").write_text("old")
    broken = max(Store(cab.cwd / "runs").summaries(), key=lambda found: str(found[0]))[0] / "cell.json"
    # The summary passes over this fault; the whole record does not.
    broken.write_text(broken.read_text().replace('"identity": {', '"identity": {"new": 1, '))
    done = cab("export", "--csv", "-o", "cells.csv")
    assert done.returncode == 2 and str(broken.relative_to(cab.cwd)) in done.stderr
    assert (cab.cwd / "cells.csv").read_text() == "old" and not list(cab.cwd.glob(".cells*"))


def test_files_of_an_earlier_export_do_not_stand_among_these(cab: Cab) -> None:
    """A directory that is not empty is refused, and left as it is."""
    write_cells(cab)
    assert cab("export", "--atif", "--scripted", "-o", "out").returncode == 0
    before = sorted(cab.cwd.glob("out/**/*"))
    for form in ("--atif", "--swebench"):
        done = cab("export", form, "-o", "out")
        assert done.returncode == 2 and "-o out: is not empty; name a new directory" in done.stderr
    assert sorted(cab.cwd.glob("out/**/*")) == before


def test_a_directory_that_cannot_be_finished_is_not_there(cab: Cab) -> None:
    """Half an export is none."""
    write_cells(cab)
    broken = max(Store(cab.cwd / "runs").summaries(), key=lambda found: str(found[0]))[0] / "cell.json"
    broken.write_text(broken.read_text().replace('"identity": {', '"identity": {"new": 1, '))
    for form in ("--atif", "--swebench"):
        assert cab("export", form, "--scripted", "-o", "deep/out").returncode == 2
        assert not os.listdir(cab.cwd / "deep")


def test_without_its_library_parquet_says_what_to_install(cab: Cab) -> None:
    """And what goes without."""
    write_cells(cab)
    (cab.cwd / "gone").mkdir()
    (cab.cwd / "gone/pyarrow.py").write_text("raise ImportError('no pyarrow')")
    done = cab("export", "--parquet", "-o", "x", PYTHONPATH=str(cab.cwd / "gone"))
    assert done.returncode == 2 and "pip install 'codingagentbench[parquet]'" in done.stderr


def test_memory_does_not_grow_with_the_cells(cab: Cab) -> None:
    """Of a cell no more is kept than its path: a further one takes less than a fifth of its whole record."""
    made = Made(task="mutations/t-1").write(cab.cwd / "runs")
    record = (made / "cell.json").read_text()
    peaks = []
    for numbers in (range(2, 100), range(100, 700)):
        for number in numbers:
            there = Path(str(made).replace("mutations/t-1", f"mutations/t-{number}"))
            there.mkdir(parents=True)
            (there / "cell.json").write_text(record.replace("mutations/t-1", f"mutations/t-{number}"))
        peaks.append(_peak_kb(cab.cwd, "export", "--jsonl", "-o", "x"))
    assert len((cab.cwd / "x").read_text().splitlines()) == 699
    assert (peaks[1] - peaks[0]) / 600 < 4


def _peak_kb(cwd: Path, *args: str) -> int:
    # The largest size of a process is at least that of whoever started it: a small one does.
    code = "import os,sys\npid=os.spawnv(os.P_NOWAIT,sys.argv[1],sys.argv[1:])\nprint(os.wait4(pid,0)[2].ru_maxrss,file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", code, str(CAB), *args], cwd=cwd, capture_output=True, text=True, check=True
    )
    return int(done.stderr.splitlines()[-1])
