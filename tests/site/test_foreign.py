"""A runs directory that somebody else made: nothing from elsewhere is published, and what is wrong is told."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from cab_core.cli import export
from cab_core.errors import UserError
from cab_core.records import Span
from cab_core.site.build import build_site
from cab_core.site.planned import not_run
from cab_core.site.spans import tree
from tests.site.made import PATCH, Made, lock_file

FILES = (
    "cell.json", "changes.json", "harvest.json", "grade.json", "calls.jsonl", "spans.jsonl", "changes.patch",
    "stdout.log", "stderr.log", "grade.log",
)  # fmt: skip


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("kind", ["link", "pipe", "directory"])
def test_what_is_no_regular_file_is_told(tmp_path: Path, name: str, kind: str) -> None:
    """Whichever file of a cell is a link, a pipe or a directory: no site is made of it."""
    cell = Made().write(tmp_path / "runs")
    (tmp_path / "secret").write_bytes((cell / name).read_bytes())
    (cell / name).unlink()
    if kind == "link":
        (cell / name).symlink_to(tmp_path / "secret")
    else:
        {"pipe": os.mkfifo, "directory": os.mkdir}[kind](cell / name)
    with pytest.raises(UserError, match=f"{name}: expected a regular file"):
        build_site([tmp_path / "runs"], tmp_path / "site")


def test_a_recording_that_is_a_link_is_not_published(tmp_path: Path) -> None:
    """However long what it leads to is."""
    cell = Made().write(tmp_path / "runs")
    (tmp_path / "secret").write_text("TOP SECRET\n" * 100)
    (cell / "terminal.cast").unlink()
    (cell / "terminal.cast").symlink_to(tmp_path / "secret")
    site = build_site([tmp_path / "runs"], tmp_path / "site").parent
    assert not any(b"TOP SECRET" in p.read_bytes() for p in site.rglob("*") if p.is_file())


def test_a_text_is_cut_by_its_bytes(tmp_path: Path) -> None:
    """Of a log of many gigabytes the start is shown, and how much is left out."""
    made = Made(patch=PATCH + "+é\n" * 100_000)
    cell = made.write(tmp_path / "runs")
    os.truncate(cell / "stdout.log", 1 << 33)
    page = next(build_site([tmp_path / "runs"], tmp_path / "site").parent.glob("cell/**/index.html"))
    left_out = (1 << 33) - len(made.stdout) + 1
    assert f"{left_out:,} bytes of the output are left out here" in page.read_text()
    assert "bytes are left out here: <a" in page.read_text()
    assert (page.parent / "changes.patch").read_bytes() == (cell / "changes.patch").read_bytes()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Made(model="m"), Made(model="m/index.html")),
        (Made(model="m"), Made(model="m", task="cell.json/x")),
        (Made(task="p/t"), Made(task="p/t/index.html")),
        (Made(task="p/t"), Made(task="p/t.svg/x")),
    ],
)
def test_a_page_and_a_directory_have_names_of_their_own(tmp_path: Path, one: Made, other: Made) -> None:
    """A cell whose name is that of another's file has a page like any other, in either order."""
    one.write(tmp_path / "runs")
    other.write(tmp_path / "runs")
    site = build_site([tmp_path / "runs"], tmp_path / "site").parent
    assert len([page for page in site.glob("cell/**/index.html") if page.is_file()]) == 2
    assert len(list(site.glob("badge/**/*.svg"))) == 2


@pytest.mark.parametrize("sweep", ["made", "another"])
def test_two_cells_with_one_address_are_told(tmp_path: Path, sweep: str) -> None:
    """Neither takes the other's page, in one sweep or in two."""
    one = Made(model="m", task="p/q/r").write(tmp_path)
    other = Made(model="m/p", task="q/r", sweep=sweep).write(tmp_path)
    with pytest.raises(UserError, match=r"different cells .* one address, cell/aider/m/p/q/r") as caught:
        build_site([tmp_path], tmp_path / "site")
    assert str(one) in str(caught.value) and str(other) in str(caught.value)


def test_two_trajectories_with_one_address_are_told(tmp_path: Path) -> None:
    """An export does not write one over the other."""
    Made(model="m", task="p/q/r").write(tmp_path)
    Made(model="m/p", task="q/r").write(tmp_path)
    done = CliRunner().invoke(export.command, ["--atif", "--runs", str(tmp_path), "-o", str(tmp_path / "o")])
    assert isinstance(done.exception, UserError)
    assert "another cell has the same address" in str(done.exception)


def test_a_try_that_is_none_beside_one(tmp_path: Path) -> None:
    """A directory `²` beside a try is passed over; a broken try beside it is told."""
    cell = Made().write(tmp_path / "runs")
    (cell.parent / "²").mkdir()
    (cell.parent / "²/cell.json").write_text("[]")
    build_site([tmp_path / "runs"], tmp_path / "site")
    (cell.parent / "2").mkdir()
    (cell.parent / "2/cell.json").write_text("[]")
    with pytest.raises(UserError, match=r"2/cell.json: expected a CellResult"):
        build_site([tmp_path / "runs"], tmp_path / "site")


def test_a_long_chain_of_spans_is_cut() -> None:
    """Spans each below the one before make no page without end."""
    chain = [Span(span_id=str(i), parent_id=str(i - 1)) for i in range(5000)]
    assert len(tree(chain)) == 1000


@pytest.mark.parametrize("text", ["a = " + "[" * 100_000, "clis = 3", "\ufeff{", ""])
def test_a_lock_file_that_is_none_is_passed_over(tmp_path: Path, text: str) -> None:
    """Then nothing is known to be missing."""
    (tmp_path / "s").mkdir()
    (tmp_path / "s/sweep.lock.toml").write_text(text)
    assert not_run([tmp_path], "s", []) is None


def test_a_lock_file_of_a_billion_cells_is_passed_over(tmp_path: Path) -> None:
    """Lists of a thousand configurations, tasks and attempts are no plan that could have been run."""
    configs = [Made(version=f"{i}").cell().configuration for i in range(1000)]
    (tmp_path / "s").mkdir()
    lock = lock_file(configs, *map(str, range(1000)), attempts=1000)
    (tmp_path / "s/sweep.lock.toml").write_text(lock)
    assert not_run([tmp_path], "s", []) is None


def test_the_json_beside_a_page_is_json(tmp_path: Path) -> None:
    """A figure that is no number is told; it does not reach the pages."""
    path = Made().write(tmp_path / "runs") / "cell.json"
    found = json.loads(path.read_text())
    found["scores"]["latency"]["headline"] = float("nan")
    path.write_text(json.dumps(found))
    with pytest.raises(UserError, match="NaN is no number in JSON"):
        build_site([tmp_path / "runs"], tmp_path / "site")


@pytest.mark.parametrize("sandbox", [3, [1], "x", None, {}])
def test_a_sandbox_of_another_shape_is_left_out(tmp_path: Path, sandbox: object) -> None:
    """What a host says of itself is free; the page shows what it knows how to show."""
    Made(host={"sandbox": sandbox}).write(tmp_path / "runs")
    page = next(build_site([tmp_path / "runs"], tmp_path / "site").parent.glob("cell/**/index.html"))
    assert "<dt>sandbox</dt>" not in page.read_text()
