"""Calibration records where they lie: written, read back, and passed over where they are none."""

from __future__ import annotations

from pathlib import Path

import attrs

from cab_core.records.calibration import Calibration, HeldCell, HeldFigure
from cab_core.store.calibrations import calibrations, is_calibrated, record_path, write_record

RECORD = Calibration(
    cab="0.1.0", tui="a/b", version="1", runtime="docker", reported=None, adapter="x", at="2026", planned=1,
    cells=(
        HeldCell(
            persona="hang", task="p/t", cell_id="c", content_key="k", outcome="infra_upstream", why="w",
            started_at="2026", ended_at="2026", tokens=None, claim=None,
            figures=(HeldFigure(figure="outcome", must="like", value=["infra_upstream"], found="x", right=True),),
        ),
    ),
)  # fmt: skip


def test_a_record_is_read_back(tmp_path: Path) -> None:
    """Whatever its CLI is called, and a later one of its kind takes its place."""
    write_record(tmp_path, RECORD)
    assert list(calibrations(tmp_path)) == [RECORD]
    later = attrs.evolve(RECORD, at="2027", planned=2)
    write_record(tmp_path, later)
    assert list(calibrations(tmp_path)) == [later]


def test_calibrated_is_what_is_whole_and_right(tmp_path: Path) -> None:
    """Not another runtime, not a record that lacks a cell, and no file that cab did not write."""
    place = ("a/b", "1", "docker")
    path = write_record(tmp_path, RECORD)
    path.rename(record_path(tmp_path, *place))  # by this cab, whichever it is
    assert is_calibrated(tmp_path, *place) and not is_calibrated(tmp_path, "a/b", "1", "local")
    for broken in ("{}", "[", '{"schema_version": 1}'):
        record_path(tmp_path, *place).write_text(broken)
        assert not is_calibrated(tmp_path, *place)


def test_what_does_not_lie_in_its_place_is_passed_over(tmp_path: Path) -> None:
    """Links, records of another CLI and broken ones: a runs directory may be a stranger's."""
    path = write_record(tmp_path / "there", RECORD)
    mine = tmp_path / "runs/calibrations"
    mine.mkdir(parents=True)
    (mine / "a~2fb").symlink_to(path.parents[2])
    (mine / "other/1/docker").mkdir(parents=True)
    (mine / "other/1/docker/0.1.0.json").write_bytes(path.read_bytes())
    (mine / "other/1/docker/0.2.0.json").write_text("{")
    assert list(calibrations(tmp_path / "runs")) == []
