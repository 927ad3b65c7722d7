"""What `cab results`, `cab export` and a run's progress say of cells that share a CLI, a model and a task."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from cab_core.cli import compare, export, results
from cab_core.cli.progress import Progress
from tests.site.made import Made

PARTS = {"version", "runtime", "network", "options", "model_params"}
SETS = {
    "two versions": (Made(version="1"), Made(version="2")),
    "two runtimes": (Made(), Made(runtime="docker", network="gateway")),
    "two sets of options": (Made(), Made(options={"edit_format": "diff"})),
    "two sets of model parameters": (Made(), Made(model_params={"temperature": 0.2})),
    "two attempts": (Made(), Made(attempt=2)),
    "a stack": (Made(), Made(stack=("docs",))),
    "two sweeps": (Made(), Made(sweep="earlier")),
    "long names": (Made(version="x" * 300 + "1"), Made(version="x" * 300 + "2")),
    "names of several lines": (Made(version="x\n1"), Made(version="x\n2")),
}


def call(command: object, *args: str) -> str:
    """Return what a command printed."""
    done = CliRunner().invoke(command, args, catch_exceptions=False)  # type: ignore[arg-type]
    assert done.exit_code == 0, done.output
    return done.output


def rows_of(printed: str) -> list[str]:
    """Return the rows of the first table."""
    return re.split("─+\n", printed)[1].partition("\n\n")[0].splitlines()


@pytest.mark.parametrize("name", SETS)
def test_no_two_cells_print_the_same_row(tmp_path: Path, name: str) -> None:
    """In the table of cells."""
    for cell in SETS[name]:
        cell.write(tmp_path)
    printed = call(results.command, "--runs", str(tmp_path))
    assert len(set(rows_of(printed))) == 2, printed


@pytest.mark.parametrize("name", [n for n in SETS if n not in ("two attempts", "two sweeps")])
def test_no_two_configurations_print_the_same_row(tmp_path: Path, name: str) -> None:
    """In the table of rates, where attempts and sweeps come together."""
    for cell in SETS[name]:
        cell.write(tmp_path)
    printed = call(results.command, "--runs", str(tmp_path), "--summary")
    assert len(set(rows_of(printed))) == 2, printed


@pytest.mark.parametrize("name", [n for n in SETS if n != "two sweeps"])
def test_no_two_lines_of_a_run_read_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """A run prints a line for each cell that is done; each says which it is."""
    cells = [made.cell() for made in SETS[name]]
    with Progress() as progress:
        progress.expect(cells)
        for made, cell in zip(SETS[name], cells, strict=True):
            progress.events.started(cell)
            progress.events.finished(made.result(cell, []), tmp_path)
    first, second = capsys.readouterr().err.split("[2/2] ")
    assert first.removeprefix("[1/2] ").split() != second.split()


def test_a_run_keeps_the_time_of_each_version(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Cells of one `cell_id` run at once; the end of one leaves the other on the list."""
    one, other = SETS["two versions"]
    with Progress() as progress:
        progress.expect([one.cell(), other.cell()])
        progress.events.started(one.cell())
        progress.events.started(other.cell())
        progress.events.finished(one.result(one.cell(), []), tmp_path)
        assert [cell for cell, _ in progress.tally.running.values()] == [other.cell()]
        progress.events.finished(other.result(other.cell(), []), tmp_path)
        assert not progress.tally.running


def test_a_warning_of_several_reasons_is_whole(capsys: pytest.CaptureFixture[str]) -> None:
    """Three reasons with two values each, which are cut to a length of their own."""
    from cab_core.records.differences import differences

    before, after = ({f"{key}_" * 20: letter * 99 for key in "abc"} for letter in "xy")
    Progress().warn(f"1 cell is run anew: {'; '.join([*differences(before, after), 'and 3 more'])}")
    assert " ".join(capsys.readouterr().err.split()).endswith("; and 3 more")


@pytest.mark.parametrize("summary", [False, True])
def test_json_has_all_parts_of_a_configuration(tmp_path: Path, summary: bool) -> None:
    """For programs: those of the cell's record, as values."""
    Made(version="0.86.1", options={"a": [1]}, model_params={"temperature": 0.2}).write(tmp_path)
    said = call(results.command, "--runs", str(tmp_path), "--json", *(["--summary"] * summary))
    [row] = json.loads(said)
    assert {key: row[key] for key in PARTS} == {
        "version": "0.86.1",
        "runtime": "local",
        "network": "open",
        "options": {"a": [1]},
        "model_params": {"temperature": 0.2},
    }


@pytest.mark.parametrize("name", SETS)
def test_each_cell_has_a_trajectory(tmp_path: Path, name: str) -> None:
    """An export writes a file for each, wherever they differ."""
    for cell in SETS[name]:
        cell.write(tmp_path / "runs")
    call(export.command, "--atif", "--runs", str(tmp_path / "runs"), "-o", str(tmp_path / "out"))
    assert len(list(tmp_path.glob("out/**/trajectory.json"))) == 2


def test_cells_of_the_former_layout_are_in_the_table(tmp_path: Path) -> None:
    """As before; two versions that shared a directory are two rows."""
    Made(version="1").write_former(tmp_path)
    Made(version="2").write_former(tmp_path)
    rows = json.loads(call(results.command, "--runs", str(tmp_path), "--json"))
    assert [r["version"] for r in rows] == ["1", "2"]


@pytest.mark.parametrize("order", ["12", "21", "1212", "1122"])
def test_versions_of_the_former_layout_are_compared(tmp_path: Path, order: str) -> None:
    """Whichever of the tries in their common directory are whose: one pair, of the two that stand."""
    for version in order:
        Made(version=version, outcome="passed" if version == "1" else "failed").write_former(tmp_path)
    said = call(compare.command, "version=1", "version=2", "--runs", str(tmp_path), "--json")
    assert [(p["a"], p["b"]) for p in json.loads(said)["pairs"]] == [(1.0, 0.0)]
    assert len(rows_of(call(results.command, "--runs", str(tmp_path)))) == 2


def test_a_version_in_either_layout_is_compared_with_one_in_the_other(tmp_path: Path) -> None:
    """One was run by an earlier cab, the other since."""
    Made(version="1").write_former(tmp_path)
    Made(version="2").write(tmp_path)
    said = call(compare.command, "version=1", "version=2", "--runs", str(tmp_path), "--json")
    assert json.loads(said)["tasks"] == 1
